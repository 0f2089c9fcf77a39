#pragma once

#include "rtp/types.hpp"

namespace troupe::rtp {

/// Draws from half to one and a half of `interval`, so that reports of many
/// streams do not fall together (RFC 3550, section 6.3.1). `dice` is the state
/// of a small generator, whose quality does not matter here.
inline duration spread(duration interval, uint32_t& dice) {
  dice = dice * 1664525 + 1013904223;
  auto percent = 50 + (dice >> 16) % 101;
  return interval * percent / 100;
}

} // namespace troupe::rtp
