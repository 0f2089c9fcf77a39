#include "actors/replica/hybrid_clock.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace troupe::actors;

TEST_CASE("stamps follow the wall clock, and go on if it stands or goes back") {
  hybrid_clock clock{7};
  CHECK((clock.next(1'000) == stamp{1'000, 0, 7}));
  CHECK((clock.next(1'000) == stamp{1'000, 1, 7}));
  CHECK((clock.next(400) == stamp{1'000, 2, 7}));
  CHECK((clock.next(1'001) == stamp{1'001, 0, 7}));
}

TEST_CASE("a stamp is later than all that were observed before") {
  hybrid_clock clock{7};
  const stamp remote{5'000, 3, 9};
  CHECK(clock.observe(remote, 1'000) == remote);
  CHECK(clock.next(1'000) > remote);
  CHECK((clock.observe({4'000, 9, 9}, 1'000) == stamp{4'000, 9, 9}));
  CHECK((clock.next(1'000) == stamp{5'000, 5, 7}));
  CHECK(clock.clamped() == 0);
}

TEST_CASE("stamps of one moment are ordered by their nodes") {
  CHECK((stamp{1, 2, 3} < stamp{1, 2, 4}));
  CHECK((stamp{1, 2, 9} < stamp{1, 3, 0}));
  CHECK((stamp{1, 9, 9} < stamp{2, 0, 0}));
}

TEST_CASE("a stamp more than a minute ahead is clamped and counted") {
  hybrid_clock clock{7};
  CHECK((clock.observe({61'000, 5, 9}, 1'000) == stamp{61'000, 5, 9}));
  CHECK(clock.clamped() == 0);
  CHECK((clock.observe({61'001, 5, 9}, 1'000) == stamp{61'000, 0, 9}));
  CHECK(clock.clamped() == 1);
  const auto last = std::numeric_limits<int64_t>::max();
  CHECK((clock.observe({last, 5, 9}, 2'000) == stamp{62'000, 0, 9}));
  CHECK(clock.clamped() == 2);
  CHECK((clock.next(2'000) == stamp{62'000, 1, 7}));
}

TEST_CASE("a full counter carries into the milliseconds") {
  hybrid_clock clock{7};
  const stamp full{1'000, std::numeric_limits<uint32_t>::max(), 9};
  clock.observe(full, 1'000);
  CHECK((clock.next(1'000) == stamp{1'001, 0, 7}));
}
