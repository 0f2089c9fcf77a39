#pragma once

#include "net/base/rng.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::protocol {

/// The first of `count` consecutive SSRCs, all of nine decimal digits: readable
/// in logs, and clear of 0 and of the client's probe (1234).
inline uint32_t random_ssrc_block(size_t count, net::rng& rng) {
  constexpr uint32_t lowest = 100'000'000;
  constexpr uint32_t highest = 999'999'999;
  return lowest
         + rng.below(highest - lowest + 1 - static_cast<uint32_t>(count));
}

} // namespace troupe::protocol
