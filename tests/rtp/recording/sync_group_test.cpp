#include "rtp/recording/sync_group.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("the offset is the least transit of ten seconds") {
  rtp::sync_group x;
  auto track = x.add_track();
  CHECK(!x.offset());
  x.add_transit(track, 50ms, at(0s));
  x.add_transit(track, 30ms, at(1s));
  x.add_transit(track, 40ms, at(2s));
  CHECK(x.offset() == 30ms);
  x.add_transit(track, 60ms, at(10s));
  CHECK(x.offset() == 30ms);
  x.add_transit(track, 60ms, at(11s));
  CHECK(x.offset() == 40ms);
  x.add_transit(track, 60ms, at(40s));
  CHECK(x.offset() == 60ms);
}

TEST_CASE("the offset stays while the faster track is silent") {
  rtp::sync_group x;
  auto audio = x.add_track();
  auto video = x.add_track();
  for (auto t = 0s; t < 30s; t += 1s) {
    x.add_transit(audio, 40ms, at(t));
    x.add_transit(video, 150ms, at(t));
  }
  CHECK(x.offset() == 40ms);
  for (auto t = 30s; t < 90s; t += 1s) {
    x.add_transit(video, 150ms, at(t));
    CHECK(x.offset() == 40ms);
  }
  // And it follows the clocks.
  for (auto t = 90s; t < 120s; t += 1s)
    x.add_transit(video, 160ms, at(t));
  CHECK(x.offset() == 50ms);
  x.add_transit(audio, 45ms, at(120s));
  CHECK(x.offset() == 45ms);
}

TEST_CASE("while tracks have times, the offset moves a millisecond a second") {
  rtp::sync_group x;
  auto video = x.add_track();
  x.handle_start(video, at(0s));
  x.add_transit(video, 170ms, at(0s));
  x.add_transit(video, 150ms, at(1s));
  CHECK(x.offset() == 150ms); // nothing has a time yet
  x.handle_reference(video);
  CHECK(x.ready(video, at(1s)));
  auto audio = x.add_track();
  x.add_transit(audio, 40ms, at(2s));
  CHECK(x.least_transit() == 40ms);
  CHECK(x.offset() == 149ms);
  x.add_transit(audio, 40ms, at(12s));
  CHECK(x.offset() == 139ms);
  x.add_transit(audio, 40ms, at(60min));
  CHECK(x.offset() == 40ms);
  x.add_transit(audio, 541ms, at(120min));
  CHECK(x.offset() == 541ms); // too much to move slowly
}

TEST_CASE("a track that has ended does not keep others from being compared") {
  rtp::sync_group x;
  auto audio = x.add_track();
  auto first = x.add_track();
  auto second = x.add_track();
  auto feed = [&](size_t video, net::duration transit, net::duration from) {
    for (auto t = from; t < from + 30s; t += 1s) {
      x.add_transit(audio, 40ms, at(t));
      x.add_transit(video, transit, at(t));
    }
  };
  feed(first, 150ms, 0s);
  x.handle_end(first);
  feed(audio, 40ms, 30s);
  feed(second, 90ms, 60s);
  for (auto t = 90s; t < 120s; t += 1s) {
    x.add_transit(second, 90ms, at(t));
    CHECK(x.offset() == 40ms);
  }
}

TEST_CASE("frames wait until all tracks have a report") {
  rtp::sync_group x;
  auto audio = x.add_track();
  auto video = x.add_track();
  CHECK(!x.ready(audio, at(10s)));
  x.handle_start(audio, at(10s));
  x.handle_start(video, at(11s));
  x.handle_reference(audio);
  CHECK(!x.ready(audio, at(12s)));
  CHECK(!x.ready(video, at(12s)));
  SUBCASE("and no longer") {
    x.handle_reference(video);
    CHECK(x.ready(audio, at(12s)));
    CHECK(x.ready(video, at(12s)));
  }
  SUBCASE("but at most five seconds") {
    CHECK(x.hold_end(audio) == at(15s));
    CHECK(!x.ready(audio, at(14999ms)));
    CHECK(x.ready(audio, at(15s)));
    CHECK(!x.ready(video, at(15s)));
    CHECK(x.ready(video, at(16s)));
  }
  SUBCASE("and not for a track that has ended") {
    x.handle_end(video);
    CHECK(x.ready(audio, at(12s)));
  }
}

TEST_CASE("a track that comes later waits for its own report only") {
  rtp::sync_group x;
  auto audio = x.add_track();
  x.handle_start(audio, at(0s));
  x.handle_reference(audio);
  CHECK(x.ready(audio, at(0s)));
  auto video = x.add_track();
  auto screen = x.add_track();
  x.handle_start(video, at(20s));
  CHECK(x.ready(audio, at(20s)));
  CHECK(!x.ready(video, at(20s)));
  x.handle_reference(video);
  CHECK(x.ready(video, at(20s)));
  CHECK(!x.ready(screen, at(20s)));
}

TEST_CASE("a report that is more than a second off is refused") {
  rtp::sync_group x;
  CHECK(x.admit(77s));
  x.add_transit(x.add_track(), 10s, at(0s));
  CHECK(x.admit(11s));
  CHECK(!x.admit(11001ms));
  CHECK(!x.admit(-5s));
  CHECK(x.offset() == 10s);
  CHECK(x.epoch() == 0);
}

TEST_CASE("three such reports that agree begin a new epoch") {
  rtp::sync_group x;
  x.add_transit(x.add_track(), 10s, at(0s));
  CHECK(!x.admit(20s));
  CHECK(!x.admit(30s));
  CHECK(!x.admit(30s));
  CHECK(x.admit(30500ms));
  CHECK(x.epoch() == 1);
  CHECK(!x.offset());
}

TEST_CASE("a report that fits ends a row of others") {
  rtp::sync_group x;
  x.add_transit(x.add_track(), 10s, at(0s));
  for (int i = 0; i < 5; ++i) {
    CHECK(!x.admit(20s));
    CHECK(!x.admit(20s));
    CHECK(x.admit(10s));
  }
}
