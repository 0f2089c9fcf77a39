#pragma once

#include "net/base/time.hpp"

#include <atomic>
#include <limits>
#include <optional>

namespace troupe::actors {

/// Whether the server empties itself, and until when: it opens no new rooms,
/// those that are open go on, and it ends once they are all empty, or when the
/// time is up. From any thread, without locks.
class drain_state {
public:
  /// Begins, or shortens what has begun: to end at `now + limit`.
  void begin(net::time_point now, net::duration limit) {
    auto wanted = (now + limit).time_since_epoch().count();
    auto seen = deadline_.load(std::memory_order_relaxed);
    while (wanted < seen
           && !deadline_.compare_exchange_weak(seen, wanted,
                                               std::memory_order_relaxed)) {
    }
  }

  bool active() const {
    return deadline_.load(std::memory_order_relaxed) != never;
  }

  /// When the server ends, empty or not; nothing while it does not drain.
  std::optional<net::time_point> deadline() const {
    auto x = deadline_.load(std::memory_order_relaxed);
    if (x == never)
      return std::nullopt;
    return net::time_point{net::duration{x}};
  }

  /// Whether the server shall end now, where `empty` tells that nobody is in
  /// any room.
  bool over(net::time_point now, bool empty) const {
    auto x = deadline();
    return x && (empty || now >= *x);
  }

private:
  using rep = net::duration::rep;

  static constexpr auto never = std::numeric_limits<rep>::max();

  std::atomic<rep> deadline_{never};
};

} // namespace troupe::actors
