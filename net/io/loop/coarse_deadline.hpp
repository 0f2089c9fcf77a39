#pragma once

#include "net/base/time.hpp"

#include <chrono>

namespace troupe::net {

/// The grid of coarse deadlines.
constexpr duration coarse_step = std::chrono::milliseconds{100};

/// Deadlines nearer than this are left alone.
constexpr duration coarse_horizon = std::chrono::seconds{5};

/// Rounds a deadline that is far away up to a grid that all timers share, so
/// that one wake-up of a loop serves the timers of many clients: with thousands
/// of silent clients, each with a timer of some 20 s, waking costs more than
/// the work.
constexpr time_point coarse_deadline(time_point deadline, time_point now) {
  if (deadline - now < coarse_horizon)
    return deadline;
  auto beyond = deadline.time_since_epoch() % coarse_step;
  return beyond == duration::zero() ? deadline
                                    : deadline + (coarse_step - beyond);
}

} // namespace troupe::net
