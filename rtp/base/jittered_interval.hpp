#pragma once

#include "rtp/base/types.hpp"

namespace troupe::rtp {

/// Advances a small random generator of modest quality. Its high bits are
/// better than the low ones.
inline uint32_t next_random(uint32_t& state) {
  return state = state * 1664525 + 1013904223;
}

/// Draws from half to one and a half of `interval`, so that the reports of many
/// streams do not coincide (RFC 3550, section 6.3.1).
inline duration jittered_interval(duration interval, uint32_t& state) {
  auto percent = 50 + (next_random(state) >> 16) % 101;
  return interval * percent / 100;
}

} // namespace troupe::rtp
