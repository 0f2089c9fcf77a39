#include "net/base/client_liveness.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

TEST_CASE("a client's latest sign of life is kept") {
  client_liveness x;
  CHECK(x.last() == time_point::min());
  x.note(time_point{5s});
  CHECK(x.last() == time_point{5s});
  x.note(time_point{7s});
  CHECK(x.last() == time_point{7s});
}
