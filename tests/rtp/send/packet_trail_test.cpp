#include "rtp/send/packet_trail.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// Audio whose sequence and timestamps wrap after a few packets.
struct trail_feed {
  rtp::media_packet make(int64_t sequence) const {
    auto x = rtp::media_packet{make_packet({}, now), sequence,
                               (int64_t{1} << 32) + 960 * (sequence - 65'536)};
    x.keyframe = x.start_of_frame = true;
    return x;
  }

  bool take(std::vector<rtp::media_packet> batch) {
    return trail.take(batch, now);
  }

  /// Takes packets that continue each other.
  void begin() {
    REQUIRE_FALSE(take({make(65'533)}));
    now += 20ms;
    REQUIRE(take({make(65'534)}));
    now += 20ms;
  }

  net::time_point now = at(0s);
  rtp::packet_trail trail{0, 48'000};
};

} // namespace

TEST_CASE("a trail records packets that continue each other") {
  trail_feed x;
  x.begin();
  CHECK(x.trail.end() == 1);
  CHECK(x.take({x.make(65'535), x.make(65'536)}));
  CHECK(x.trail.end() == 3);
  std::vector<int64_t> sequences;
  x.trail.for_each(0, 3, [&](const rtp::packet_trail::step& y) {
    sequences.push_back(y.sequence);
  });
  CHECK(sequences == std::vector<int64_t>{65'534, 65'535, 65'536});
}

TEST_CASE("a trail records no packet that a forwarder must judge") {
  trail_feed x;
  x.begin();
  auto next = x.make(65'535);
  SUBCASE("after a gap") {
    next = x.make(65'536);
  }
  SUBCASE("late") {
    next = x.make(65'532);
    next.late = true;
  }
  SUBCASE("filler") {
    next.filler = true;
  }
  SUBCASE("with a dependency descriptor") {
    next.has_dependencies = true;
  }
  SUBCASE("after a jump of the timestamps") {
    next.timestamp += 11 * 48'000;
  }
  SUBCASE("long in a queue") {
    x.now += 101ms;
  }
  CHECK_FALSE(x.take({next}));
  CHECK(x.trail.end() == 1);
}

TEST_CASE("a trail records all of a batch or nothing") {
  trail_feed x;
  x.begin();
  CHECK_FALSE(x.take({x.make(65'535), x.make(65'537)}));
  CHECK(x.trail.end() == 1);
  // It continues after what it has seen.
  CHECK(x.take({x.make(65'538)}));
  CHECK(x.trail.end() == 2);
  int steps = 0;
  x.trail.for_each(1, 2, [&](const rtp::packet_trail::step& y) {
    CHECK(y.sequence == 65'538);
    ++steps;
  });
  CHECK(steps == 1);
}

TEST_CASE("a trail records no large batch") {
  trail_feed x;
  x.begin();
  std::vector<rtp::media_packet> batch;
  for (int64_t i = 0; i < rtp::packet_trail::largest_batch + 1; ++i)
    batch.push_back(x.make(65'535 + i));
  CHECK_FALSE(x.take(batch));
  CHECK(x.trail.end() == 1);
}

TEST_CASE("a trail knows which packets it still has") {
  trail_feed x;
  x.begin();
  for (int64_t i = 0; i < rtp::packet_trail::reach; ++i) {
    CHECK(x.trail.reaches(1));
    CHECK(x.take({x.make(65'535 + i)}));
  }
  CHECK(x.trail.reaches(1));
  CHECK_FALSE(x.trail.reaches(0));
  // A batch that is not recorded leaves them as they are.
  std::vector<rtp::media_packet> batch;
  for (int64_t i = 0; i < rtp::packet_trail::largest_batch; ++i)
    batch.push_back(x.make(65'535 + rtp::packet_trail::reach + i));
  batch.back().filler = true;
  CHECK_FALSE(x.take(batch));
  auto expected = int64_t{65'535};
  x.trail.for_each(1, x.trail.end(), [&](const rtp::packet_trail::step& y) {
    CHECK(y.sequence == expected++);
  });
}

TEST_CASE("a trail leads the streams that share its past") {
  trail_feed x;
  x.begin();
  auto stream = rtp::timestamp_aligner{48'000, 7};
  CHECK_FALSE(x.trail.leads(65'535, stream));
  auto last = x.make(65'534);
  stream.map(0, last.timestamp, x.now - 20ms);
  CHECK(x.trail.leads(65'535, stream));
  CHECK_FALSE(x.trail.leads(65'536, stream));
  auto other = rtp::timestamp_aligner{48'000, 7};
  other.map(0, last.timestamp - 960, x.now - 20ms);
  CHECK_FALSE(x.trail.leads(65'535, other));
}
