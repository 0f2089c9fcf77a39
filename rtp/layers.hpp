#pragma once

#include <compare>
#include <cstdint>

namespace troupe::rtp {

/// How much of a layered producer: up to this spatial layer (or exactly this
/// simulcast encoding) and up to this temporal layer, both from 0.
struct layers {
  uint8_t spatial = 0;
  uint8_t temporal = 0;

  auto operator<=>(const layers&) const = default;
};

} // namespace troupe::rtp
