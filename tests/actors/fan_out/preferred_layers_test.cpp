#include "actors/fan_out/preferred_layers.hpp"

#include <doctest/doctest.h>

using namespace troupe;

namespace {

rtp::layers layers_of(int spatial, std::optional<int> temporal) {
  return actors::to_layers({{}, spatial, temporal});
}

} // namespace

TEST_CASE("a client that names no temporal layer prefers all of them") {
  CHECK(layers_of(1, 0) == rtp::layers{1, 0});
  CHECK(layers_of(1, {}) == rtp::layers{1, rtp::all_layers.temporal});
}

TEST_CASE("preferred layers out of range become the nearest") {
  CHECK(layers_of(-1, -300) == rtp::layers{0, 0});
  CHECK(layers_of(256, 1 << 20) == rtp::layers{255, 255});
}
