#include "actors/media/rtp_messages.hpp"

#include <doctest/doctest.h>

using troupe::actors::flow_gauge;

TEST_CASE("a flow gauge admits up to its limit and then refuses") {
  flow_gauge gauge;
  for (uint32_t i = 0; i < flow_gauge::limit; ++i)
    CHECK(gauge.admit(false));
  CHECK(gauge.take_refused() == 0);
  CHECK_FALSE(gauge.admit(false));
  CHECK_FALSE(gauge.admit(false));
  CHECK(gauge.take_refused() == 2);
  CHECK(gauge.take_refused() == 0);
  gauge.leave();
  CHECK(gauge.admit(false));
  CHECK_FALSE(gauge.admit(false));
}

TEST_CASE("key frames have twice the limit") {
  flow_gauge gauge;
  while (gauge.admit(false))
    continue;
  gauge.take_refused();
  for (uint32_t i = 0; i < flow_gauge::limit; ++i)
    CHECK(gauge.admit(true));
  CHECK_FALSE(gauge.admit(true));
  CHECK(gauge.take_refused() == 1);
  for (uint32_t i = 0; i < flow_gauge::limit; ++i)
    gauge.leave();
  CHECK_FALSE(gauge.admit(false)); // the rest still fill the limit
  gauge.leave();
  CHECK(gauge.admit(false));
}
