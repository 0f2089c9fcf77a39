#include "actors/fan_out/transport_sender.hpp"

#include <doctest/doctest.h>

using namespace troupe;

// The transport's flags are in the first of these lines, too.
TEST_CASE("a packet touches at most eight cache lines of its sending half") {
  actors::transport_sender x;
  CHECK(x.hot_octets() + 8 <= 8 * 64);
}
