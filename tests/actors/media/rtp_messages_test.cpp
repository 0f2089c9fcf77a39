#include "actors/media/rtp_messages.hpp"

#include <doctest/doctest.h>

using namespace troupe::actors;

TEST_CASE("batches are admitted up to the limit and then refused") {
  in_flight_gauge gauge{max_waiting_batches};
  for (int64_t i = 0; i < max_waiting_batches; ++i)
    CHECK(admit_batch(gauge, false));
  CHECK(gauge.take_refused() == 0);
  CHECK_FALSE(admit_batch(gauge, false));
  CHECK_FALSE(admit_batch(gauge, false));
  CHECK(gauge.take_refused() == 2);
  CHECK(gauge.take_refused() == 0);
  gauge.leave();
  CHECK(admit_batch(gauge, false));
  CHECK_FALSE(admit_batch(gauge, false));
}

TEST_CASE("each gauge has a limit of its own") {
  in_flight_gauge gauge{max_waiting_recorded_batches};
  for (int64_t i = 0; i < max_waiting_recorded_batches; ++i)
    CHECK(admit_batch(gauge, false));
  CHECK_FALSE(admit_batch(gauge, false));
}

TEST_CASE("key frames have twice the limit") {
  in_flight_gauge gauge{max_waiting_batches};
  while (admit_batch(gauge, false))
    continue;
  gauge.take_refused();
  for (int64_t i = 0; i < max_waiting_batches; ++i)
    CHECK(admit_batch(gauge, true));
  CHECK_FALSE(admit_batch(gauge, true));
  CHECK(gauge.take_refused() == 1);
  for (int64_t i = 0; i < max_waiting_batches; ++i)
    gauge.leave();
  CHECK_FALSE(admit_batch(gauge, false)); // the rest still fill the limit
  gauge.leave();
  CHECK(admit_batch(gauge, false));
}
