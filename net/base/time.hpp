#pragma once

#include <chrono>

namespace troupe::net {

/// A point on the monotonic clock. Engines never read the clock: the caller
/// passes the time, so tests run them in virtual time.
using time_point = std::chrono::steady_clock::time_point;

/// A span of time on that clock, in nanoseconds.
using duration = std::chrono::steady_clock::duration;

/// A span of time as a number of seconds.
constexpr double to_seconds(duration x) {
  return std::chrono::duration<double>(x).count();
}

} // namespace troupe::net
