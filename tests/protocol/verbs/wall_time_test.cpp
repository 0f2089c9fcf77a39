#include "protocol/verbs/wall_time.hpp"

#include <doctest/doctest.h>

using namespace troupe::protocol;
using std::chrono::milliseconds;

TEST_CASE("a wall-clock time is written in UTC by ISO 8601") {
  CHECK(to_text(wall_time{}) == "1970-01-01T00:00:00.000Z");
  CHECK(to_text(wall_time{milliseconds{1769860800250}})
        == "2026-01-31T12:00:00.250Z");
  CHECK(to_text(wall_time{milliseconds{951868799999}})
        == "2000-02-29T23:59:59.999Z");
  CHECK(to_text(wall_time{milliseconds{253402300799999}})
        == "9999-12-31T23:59:59.999Z");
}
