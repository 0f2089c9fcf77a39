#pragma once

#include "net/base/time.hpp"

#include <atomic>
#include <limits>

namespace troupe::actors {

/// Lets one caller through in an interval, of however many threads. Nobody
/// waits.
class interval_gate {
public:
  explicit interval_gate(net::duration interval) : interval_(interval) {}

  /// Whether the caller is the one to do what is due.
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
