#pragma once

#include "net/base/time.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>

#include <mutex>
#include <optional>
#include <queue>
#include <vector>

namespace troupe::actors {

/// Messages to actors for later, which an I/O thread delivers in passing.
///
/// CAF's own clock has a thread that is woken twice for each timeout, and then
/// wakes another one: as dear as forwarding a dozen packets. Media actors, of
/// which each has a timer or two a second, are served from here instead, every
/// `step`. From any thread.
class tick_queue {
public:
  static constexpr net::duration step = std::chrono::milliseconds{20};

  struct tick {
    net::time_point at;
    caf::weak_actor_ptr to;
    caf::message what;
  };

  void add(tick x) {
    std::lock_guard guard{mutex_};
    ticks_.push(std::move(x));
  }

  /// The next one that is due, or nothing.
  std::optional<tick> take(net::time_point now) {
    std::lock_guard guard{mutex_};
    if (ticks_.empty() || ticks_.top().at > now)
      return std::nullopt;
    auto out = ticks_.top();
    ticks_.pop();
    return out;
  }

  void clear() {
    std::lock_guard guard{mutex_};
    ticks_ = {};
  }

private:
  struct later {
    bool operator()(const tick& a, const tick& b) const {
      return a.at > b.at;
    }
  };

  std::mutex mutex_;
  std::priority_queue<tick, std::vector<tick>, later> ticks_;
};

} // namespace troupe::actors
