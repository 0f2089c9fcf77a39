#include "actors/base/in_flight_gauge.hpp"

#include <doctest/doctest.h>

using troupe::actors::in_flight_gauge;

TEST_CASE("a gauge admits up to its limit and counts what it refuses") {
  in_flight_gauge gauge{10};
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
  in_flight_gauge gauge{10};
  CHECK(gauge.admit(100));
  CHECK_FALSE(gauge.admit());
  gauge.leave(100);
  CHECK(gauge.admit());
}

TEST_CASE("a limit of its own applies to one admission only") {
  in_flight_gauge gauge{10};
  CHECK(gauge.admit(10));
  CHECK_FALSE(gauge.admit_within(19, 10));
  CHECK(gauge.admit_within(20, 10));
  CHECK_FALSE(gauge.admit_within(20));
  gauge.leave(10);
  CHECK_FALSE(gauge.admit()); // the rest still fill the limit
}

TEST_CASE("refusals that were taken are not counted again") {
  in_flight_gauge gauge{1};
  CHECK(gauge.take_refused() == 0);
  CHECK(gauge.admit());
  CHECK_FALSE(gauge.admit(3));
  CHECK_FALSE(gauge.admit());
  CHECK(gauge.take_refused() == 4);
  CHECK(gauge.refused() == 0);
  CHECK(gauge.take_refused() == 0);
  CHECK_FALSE(gauge.admit());
  CHECK(gauge.take_refused() == 1);
}
