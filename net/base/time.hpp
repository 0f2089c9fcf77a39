#pragma once

#include <chrono>

namespace troupe::net {

/// A point on the monotonic clock. Engines never ask for the time: it is
/// handed to them, so that tests drive them in virtual time.
using time_point = std::chrono::steady_clock::time_point;

/// A span of time on that clock, in nanoseconds.
using duration = std::chrono::steady_clock::duration;

} // namespace troupe::net
