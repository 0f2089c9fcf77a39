#pragma once

#include "net/base/time.hpp"

#include <atomic>

namespace troupe::net {

/// When a client last proved by its media that it is alive. Its connection for
/// signaling reads this, and pings the client less often meanwhile.
/// Thread-safe: a relaxed atomic, since the latest time is all that counts.
class client_liveness {
public:
  /// The client has just proved that it is alive.
  void note(time_point now) {
    last_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }

  /// The latest time that was noted, or time_point::min() if there is none.
  time_point last() const {
    return time_point{duration{last_.load(std::memory_order_relaxed)}};
  }

private:
  std::atomic<duration::rep> last_{
      time_point::min().time_since_epoch().count()};
};

} // namespace troupe::net
