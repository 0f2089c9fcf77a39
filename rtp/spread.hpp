#pragma once

#include "rtp/types.hpp"

namespace troupe::rtp {

/// The next state of a small generator, whose quality does not matter. The high
/// bits are the better ones.
inline uint32_t roll(uint32_t& dice) {
  return dice = dice * 1664525 + 1013904223;
}

/// Draws from half to one and a half of `interval`, so that reports of many
/// streams do not fall together (RFC 3550, section 6.3.1).
inline duration spread(duration interval, uint32_t& dice) {
  auto percent = 50 + (roll(dice) >> 16) % 101;
  return interval * percent / 100;
}

} // namespace troupe::rtp
