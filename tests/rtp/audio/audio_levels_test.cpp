#include "rtp/audio/audio_levels.hpp"

#include <doctest/doctest.h>

using namespace troupe;

TEST_CASE("levels are averaged over the interval, then forgotten") {
  rtp::audio_levels x;
  CHECK_FALSE(x.take());
  x.handle_level({20, true});
  x.handle_level({40, false});
  CHECK(x.take() == int8_t{-30});
  CHECK_FALSE(x.take());
  x.handle_level({10, true});
  CHECK_FALSE(x.take(2));
}
