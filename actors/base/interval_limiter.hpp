#pragma once

#include "net/base/time.hpp"

#include <atomic>
#include <limits>

namespace troupe::actors {

/// Lets one call pass per interval, from any number of threads. Never blocks.
class interval_limiter {
public:
  explicit interval_limiter(net::duration interval) : interval_(interval) {}

  /// Whether the caller is the one to do the periodic work.
  bool pass(net::time_point now) {
    auto at = now.time_since_epoch().count();
    auto due = due_.load(std::memory_order_relaxed);
    return at >= due
           && due_.compare_exchange_strong(due, at + interval_.count(),
                                           std::memory_order_relaxed);
  }

private:
  const net::duration interval_;
  std::atomic<net::duration::rep> due_{
      std::numeric_limits<net::duration::rep>::min()};
};

} // namespace troupe::actors
