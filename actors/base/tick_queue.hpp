#pragma once

#include "net/base/time.hpp"

#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace troupe::actors {

/// Delayed messages to actors, which an I/O thread delivers.
///
/// CAF's own clock has a thread that is woken twice for each timeout and then
/// wakes another one, which costs as much as forwarding a dozen packets. Media
/// actors, each with a timer or two a second, are served from here instead,
/// every `step`. Prompt ticks are delivered after the next burst of datagrams
/// as well: nearly on time while media flows, and without a wake-up of their
/// own. Thread-safe.
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

  void add_prompt(tick x) {
    std::lock_guard guard{mutex_};
    prompt_.push(std::move(x));
    note_prompt();
  }

  /// When the next prompt tick is due; time_point::max() if there is none.
  /// Takes no lock.
  net::time_point next_prompt() const {
    return next_prompt_.load(std::memory_order_relaxed);
  }

  /// Returns the next prompt tick that is due, or nothing.
  std::optional<tick> take_prompt(net::time_point now) {
    std::lock_guard guard{mutex_};
    auto out = pop(prompt_, now);
    if (out)
      note_prompt();
    return out;
  }

  /// Returns the next tick that is due, prompt ones first, or nothing.
  std::optional<tick> take(net::time_point now) {
    if (next_prompt() <= now)
      if (auto x = take_prompt(now))
        return x;
    std::lock_guard guard{mutex_};
    return pop(ticks_, now);
  }

  void clear() {
    std::lock_guard guard{mutex_};
    ticks_ = {};
    prompt_ = {};
    note_prompt();
  }

private:
  struct later {
    bool operator()(const tick& a, const tick& b) const {
      return a.at > b.at;
    }
  };

  using queue = std::priority_queue<tick, std::vector<tick>, later>;

  static std::optional<tick> pop(queue& from, net::time_point now) {
    if (from.empty() || from.top().at > now)
      return std::nullopt;
    auto out = from.top();
    from.pop();
    return out;
  }

  void note_prompt() {
    next_prompt_.store(prompt_.empty() ? net::time_point::max()
                                       : prompt_.top().at,
                       std::memory_order_relaxed);
  }

  std::mutex mutex_;
  queue ticks_;
  queue prompt_;
  std::atomic<net::time_point> next_prompt_{net::time_point::max()};

  static_assert(std::atomic<net::time_point>::is_always_lock_free);
};

} // namespace troupe::actors
