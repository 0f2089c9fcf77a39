#include "rtp/send/timestamp_aligner.hpp"

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

TEST_CASE("after a pause the timestamp has advanced by the elapsed time") {
  rtp::timestamp_aligner x{48000, 0};
  x.map(0, 0, at(0ms));
  CHECK(x.map(0, 48000 * 30, at(30s)) == 48000 * 30);
}

TEST_CASE("another source continues by the elapsed time") {
  rtp::timestamp_aligner x{90000, 1000};
  x.map(0, 777, at(0ms));
  CHECK_FALSE(x.peek(1, 5));
  CHECK(x.map(1, 123456789, at(100ms)) == 1000 + 9000);
  CHECK(x.map(1, 123456789 + 3000, at(133ms)) == 1000 + 9000 + 3000);
}

TEST_CASE("a restart of the sender's timestamps is not visible") {
  rtp::timestamp_aligner x{90000, 0};
  x.map(0, 1'000'000'000, at(0ms));
  CHECK(x.map(0, 5, at(1s)) == 90000);
  CHECK(x.map(0, 3005, at(1033ms)) == 93000);
}

TEST_CASE("sender reports align two sources, never backwards") {
  using rtp::source_report;
  auto second = uint64_t{1} << 32;
  source_report low{0, {100 * second}, 1'000'000, at(0ms)};
  source_report high{1, {101 * second}, 7'000'000, at(1s)};
  rtp::timestamp_aligner x{90000, 0xFFFFFFFF - 89999};
  // At 100 s of the sender's clock.
  CHECK(x.map(0, 1'000'000, at(0ms)) == 0xFFFFFFFF - 89999);
  // At 101 s, which is 90,000 later, although it arrived late.
  CHECK(x.map(1, 7'000'000, at(1050ms), &high, &low) == 0);
  // The same instant again, of the first source: one tick later.
  CHECK(x.map(0, 1'090'000, at(1060ms), &low, &high) == 1);
  CHECK(x.map(0, 1'093'000, at(1093ms)) == 3001);
  // Back to the second source: the tick is not inherited.
  CHECK(x.map(1, 7'006'000, at(1130ms), &high, &low) == 6000);
  // Packets of earlier turns keep their timestamps.
  CHECK(x.peek(1, 7'000'000) == 0);
  CHECK(x.peek(0, 1'093'000) == 3001);
}

TEST_CASE("a turn is kept unless the source changes or its clock jumps") {
  rtp::timestamp_aligner x{90000, 1000};
  CHECK_FALSE(x.keeps_turn(0, 0, at(0s)));
  x.map(0, 0, at(0s));
  CHECK(x.keeps_turn(0, 90000, at(1s)));
  CHECK(x.keeps_turn(0, 90000 * 11, at(1s)));
  CHECK_FALSE(x.keeps_turn(0, 90000 * 11 + 1, at(1s)));
  CHECK(x.keeps_turn(0, -90000 * 9, at(1s)));
  CHECK_FALSE(x.keeps_turn(0, -90000 * 9 - 1, at(1s)));
  CHECK_FALSE(x.keeps_turn(1, 90000, at(1s)));
  CHECK(x.map(0, 90000, at(1s)) == static_cast<uint32_t>(90000 + x.offset()));
}

TEST_CASE("streams are in step after the same packet") {
  rtp::timestamp_aligner x{90000, 1000}, y{90000, 2000};
  CHECK_FALSE(x.in_step_with(y));
  x.map(0, 0, at(0s));
  x.map(0, 3000, at(33ms));
  y.map(0, 3000, at(33ms));
  CHECK(x.in_step_with(y));
  // A packet of the same picture changes nothing.
  x.map(0, 3000, at(34ms));
  CHECK(x.in_step_with(y));
  y.map(0, 6000, at(66ms));
  CHECK_FALSE(x.in_step_with(y));
}

TEST_CASE("a stream that another one continues goes on by the elapsed time") {
  rtp::timestamp_aligner former{90000, 0xFFFFFFFF - 2999};
  CHECK_FALSE(former.latest());
  former.map(0, 500, at(1s));
  rtp::timestamp_aligner next{90000, 7};
  next.continue_after(*former.latest());
  // One that sends nothing passes the position on.
  CHECK(next.latest()->timestamp == 0xFFFFFFFF - 2999);
  CHECK(next.latest()->arrival == at(1s));
  rtp::timestamp_aligner last{90000, 7};
  last.continue_after(*next.latest());
  CHECK(last.map(0, 12345, at(1100ms)) == 6000);
  CHECK(last.map(0, 15345, at(1133ms)) == 9000);
  // Packets from before are never earlier than what was sent.
  rtp::timestamp_aligner replayed{90000, 7};
  replayed.continue_after(*last.latest());
  CHECK(replayed.map(0, 1, at(500ms)) == 9001);
}
