#include "net/base/time.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace troupe;

TEST_CASE("a span of time is converted to seconds with its fraction") {
  CHECK(net::to_seconds(1500ms) == 1.5);
  CHECK(net::to_seconds(-250ms) == -0.25);
  CHECK(net::to_seconds(0ms) == 0);
}
