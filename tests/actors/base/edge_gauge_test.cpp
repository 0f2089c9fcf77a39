#include "actors/base/edge_gauge.hpp"

#include <doctest/doctest.h>

using troupe::actors::edge_gauge;

TEST_CASE("a gauge admits up to its limit and counts what it refuses") {
  edge_gauge gauge{10};
  CHECK(gauge.admit(6));
  CHECK(gauge.admit(4));
  CHECK_FALSE(gauge.admit());
  CHECK_FALSE(gauge.admit(7));
  CHECK(gauge.refused() == 8);
  gauge.leave(6);
  CHECK_FALSE(gauge.admit(7)); // all or nothing
  CHECK(gauge.admit(6));
  CHECK(gauge.refused() == 15);
}

TEST_CASE("an empty gauge admits a burst larger than its limit") {
  edge_gauge gauge{10};
  CHECK(gauge.admit(100));
  CHECK_FALSE(gauge.admit());
  gauge.leave(100);
  CHECK(gauge.admit());
}
