#include "rtp/timestamp_aligner.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("timestamps keep their differences, across 2^32 -> 0") {
  rtp::timestamp_aligner x{90000, 0xFFFFFFFF - 2999};
  CHECK(x.map(0, 500, at(0ms)) == 0xFFFFFFFF - 2999);
  CHECK(x.map(0, 3500, at(33ms)) == 0);
  CHECK(x.map(0, 2000, at(34ms)) == 0xFFFFFFFF - 1499);
}

TEST_CASE("after a pause the timestamp has advanced as real time did") {
  rtp::timestamp_aligner x{48000, 0};
  x.map(0, 0, at(0ms));
  CHECK(x.map(0, 48000 * 30, at(30s)) == 48000 * 30);
}

TEST_CASE("another source goes on by the time that passed") {
  rtp::timestamp_aligner x{90000, 1000};
  x.map(0, 777, at(0ms));
  CHECK_FALSE(x.peek(1, 5));
  CHECK(x.map(1, 123456789, at(100ms)) == 1000 + 9000);
  CHECK(x.map(1, 123456789 + 3000, at(133ms)) == 1000 + 9000 + 3000);
}

TEST_CASE("a restart of the sender's timestamps does not show") {
  rtp::timestamp_aligner x{90000, 0};
  x.map(0, 1'000'000'000, at(0ms));
  CHECK(x.map(0, 5, at(1s)) == 90000);
  CHECK(x.map(0, 3005, at(1033ms)) == 93000);
}
