#include "net/io/loop/coarse_deadline.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

TEST_CASE("far deadlines are rounded up to a common grid, near ones are kept") {
  constexpr time_point now{1000s + 7ms};
  CHECK(coarse_deadline(now + 20s, now) == time_point{1020s + 100ms});
  CHECK(coarse_deadline(now + 20s + 93ms, now) == time_point{1020s + 100ms});
  CHECK(coarse_deadline(now + 20s + 94ms, now) == time_point{1020s + 200ms});
  CHECK(coarse_deadline(now + 5s, now) == time_point{1005s + 100ms});
  CHECK(coarse_deadline(now + 4999ms, now) == now + 4999ms);
  CHECK(coarse_deadline(now - 1s, now) == now - 1s);
}
