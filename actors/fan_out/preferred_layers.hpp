#pragma once

#include "protocol/verbs/verbs.hpp"
#include "rtp/base/layers.hpp"

#include <algorithm>

namespace troupe::actors {

/// The layers that a client prefers, as fan_out takes them: without a temporal
/// layer all of them, and numbers out of range become the nearest.
inline rtp::layers
to_layers(const protocol::verb::set_preferred_layers& preferred) {
  auto index = [](int layer) {
    return static_cast<uint8_t>(std::clamp(layer, 0, 255));
  };
  return {index(preferred.spatial_layer),
          index(preferred.temporal_layer.value_or(rtp::all_layers.temporal))};
}

} // namespace troupe::actors
