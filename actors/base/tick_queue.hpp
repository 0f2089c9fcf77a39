#pragma once

#include "net/base/time.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>

#include <mutex>
#include <optional>
#include <queue>
#include <vector>

namespace troupe::actors {

/// Delayed messages to actors, which an I/O thread delivers.
///
/// CAF's own clock has a thread that is woken twice for each timeout and then
/// wakes another one, which costs as much as forwarding a dozen packets. Media
/// actors, each with a timer or two a second, are served from here instead,
/// every `step`. Thread-safe.
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

  /// Returns the next tick that is due, or nothing.
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
