#pragma once

#include "net/base/time.hpp"

#include <atomic>
#include <limits>
#include <optional>

namespace troupe::actors {

/// Whether the server drains, and until when. A draining server opens no new
/// rooms and keeps the open ones; it ends once all are empty, or when the time
/// is up. Thread-safe, without locks.
class drain_state {
public:
  /// Starts to drain until `now + limit`, or shortens a drain under way.
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

  /// Whether the server must end now; `empty` if no room has a member.
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
