#include "rtp/recording/reorder.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A packet of video as the producer's engine describes it. Each frame has a
/// timestamp of its own.
struct packet_of {
  int64_t sequence = 0;
  int64_t frame = 0;
  bool first = false;
  bool last = false;
  bool key = false;
  bool filler = false;
  size_t size = 4;
};

rtp::media_packet to_media(const packet_of& x) {
  auto spec = packet_spec{};
  spec.sequence = static_cast<uint16_t>(x.sequence);
  spec.timestamp = static_cast<uint32_t>(x.frame * 3000);
  spec.marker = x.last;
  spec.payload = octet_vector(x.size, 7);
  auto out = rtp::media_packet{make_packet(spec, at(0ms))};
  out.sequence = x.sequence;
  out.timestamp = x.frame * 3000;
  out.keyframe = x.key;
  out.start_of_frame = x.first;
  out.filler = x.filler;
  return out;
}

/// The packets of one frame.
std::vector<packet_of> frame_of(int64_t sequence, int64_t frame, int packets,
                                bool key = false) {
  std::vector<packet_of> out;
  for (int i = 0; i < packets; ++i)
    out.push_back(
        {sequence + i, frame, i == 0, i + 1 == packets, key && i == 0});
  return out;
}

struct reorder_fixture {
  rtp::reorder engine{{}};
  std::vector<std::pair<int64_t, size_t>> frames; // timestamp / 3000, packets
  std::vector<bool> restarts;

  std::optional<rtp::drop_reason> feed(const packet_of& x,
                                       net::duration when = 0ms) {
    auto out = engine.handle_packet(to_media(x), at(when));
    drain();
    return out;
  }

  void feed(const std::vector<packet_of>& xs, net::duration when = 0ms) {
    for (const auto& x : xs)
      feed(x, when);
  }

  void tick(net::duration when) {
    engine.handle_timeout(at(when));
    drain();
  }

  void drain() {
    while (auto x = engine.poll_frame()) {
      frames.emplace_back(x->packets.front().timestamp / 3000,
                          x->packets.size());
      restarts.push_back(x->restart);
      auto next = x->packets.front().sequence;
      for (const auto& y : x->packets)
        CHECK(y.sequence >= next++);
    }
  }

  uint64_t dropped(rtp::frame_drop reason) const {
    return engine.drops().of(reason);
  }
};

using frames = std::vector<std::pair<int64_t, size_t>>;

} // namespace

TEST_CASE("packets become frames that end with their markers") {
  reorder_fixture x;
  x.feed(frame_of(65'534, 1, 3, true));
  x.feed(frame_of(65'537, 2, 1));
  x.feed(frame_of(65'538, 3, 2));
  CHECK(x.frames == frames{{1, 3}, {2, 1}, {3, 2}});
  CHECK(x.restarts == std::vector{true, false, false});
  CHECK(!x.engine.poll_timeout());
}

TEST_CASE("a frame without a marker ends with the next timestamp") {
  reorder_fixture x;
  x.feed({{10, 1, true, false, true}, {11, 1}, {12, 2, true}});
  CHECK(x.frames == frames{{1, 2}});
  x.feed({{13, 2}, {14, 3, true}});
  CHECK(x.frames == frames{{1, 2}, {2, 2}});
}

TEST_CASE("packets in any order make the same frames") {
  reorder_fixture x;
  x.feed(
      {{10, 1, true, false, true}, {13, 2, true, true}, {12, 1, false, true}});
  CHECK(x.frames.empty());
  x.feed({11, 1});
  CHECK(x.frames == frames{{1, 3}, {2, 1}});
  CHECK(x.dropped(rtp::frame_drop::incomplete) == 0);
}

TEST_CASE("a packet that comes again is refused") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  CHECK(x.feed({10, 1, true, true, true}) == rtp::drop_reason::too_old);
  CHECK(!x.feed({12, 3, true, true}));
  CHECK(x.feed({12, 3, true, true}) == rtp::drop_reason::duplicate);
  x.feed({11, 2, true, true});
  CHECK(x.frames == frames{{1, 1}, {2, 1}, {3, 1}});
}

TEST_CASE("video begins with a key frame") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 2));
  x.feed(frame_of(12, 2, 2));
  CHECK(x.engine.awaits_keyframe());
  x.feed(frame_of(14, 3, 2, true));
  CHECK(!x.engine.awaits_keyframe());
  CHECK(x.frames == frames{{3, 2}});
  CHECK(x.restarts == std::vector{true});
  CHECK(x.dropped(rtp::frame_drop::awaiting_keyframe) == 2);
}

TEST_CASE("a missing packet is waited for, for one second") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.feed({{11, 2, true}, {13, 2, false, true}}, 100ms);
  x.feed(frame_of(14, 3, 1), 500ms);
  CHECK(x.engine.poll_timeout() == at(1100ms));
  x.tick(1099ms);
  CHECK(x.frames == frames{{1, 1}});
  SUBCASE("and the frames go on when it comes") {
    x.feed({12, 2}, 1099ms);
    CHECK(x.frames == frames{{1, 1}, {2, 3}, {3, 1}});
    CHECK(!x.engine.poll_timeout());
  }
  SUBCASE("and frames are dropped up to a key frame when it does not") {
    x.tick(1100ms);
    CHECK(x.frames == frames{{1, 1}});
    CHECK(x.engine.awaits_keyframe());
    CHECK(x.feed({12, 2}, 1101ms) == rtp::drop_reason::too_old);
    x.feed(frame_of(15, 4, 2), 1200ms);
    x.feed(frame_of(17, 5, 2, true), 1300ms);
    CHECK(x.frames == frames{{1, 1}, {5, 2}});
    CHECK(x.restarts == std::vector{true, true});
    CHECK(x.dropped(rtp::frame_drop::incomplete) == 1);
    CHECK(x.dropped(rtp::frame_drop::awaiting_keyframe) == 2);
    CHECK(x.engine.packets_lost() == 1);
  }
}

TEST_CASE("each hole has a second of its own") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.feed({12, 3, true, true}, 100ms);
  x.feed({14, 5, true, true}, 600ms);
  CHECK(x.engine.poll_timeout() == at(1100ms));
  x.tick(1100ms);
  CHECK(x.engine.poll_timeout() == at(1600ms));
  x.tick(1600ms);
  CHECK(!x.engine.poll_timeout());
  CHECK(x.engine.packets_lost() == 2);
}

TEST_CASE("a repair of the first hole leaves the time of the second") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.feed({12, 3, true, true}, 100ms);
  x.feed({14, 5, true, true}, 600ms);
  x.feed({11, 2, true, true}, 700ms);
  CHECK(x.frames == frames{{1, 1}, {2, 1}, {3, 1}});
  CHECK(x.engine.poll_timeout() == at(1600ms));
}

TEST_CASE("a hole within a key frame drops it") {
  reorder_fixture x;
  x.feed({{10, 1, true, false, true}, {12, 1, false, true}});
  x.feed(frame_of(13, 2, 1));
  x.tick(1s);
  CHECK(x.frames.empty());
  x.feed(frame_of(14, 3, 1, true), 1s);
  CHECK(x.frames == frames{{3, 1}});
}

TEST_CASE("audio goes on after a hole") {
  reorder_fixture x;
  x.engine = rtp::reorder{{.kind = rtp::media_kind::audio}};
  x.feed({{10, 1}, {12, 3}});
  CHECK(x.frames == frames{{1, 1}});
  x.tick(1s);
  x.feed({13, 4}, 1s);
  CHECK(x.frames == frames{{1, 1}, {3, 1}, {4, 1}});
  CHECK(!x.engine.awaits_keyframe());
  CHECK(x.engine.drops().total() == 0);
}

TEST_CASE("padding between frames is no hole") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 2, true));
  x.feed({12, 1, false, false, false, true, 0});
  x.feed(frame_of(13, 2, 1));
  CHECK(x.frames == frames{{1, 2}, {2, 1}});
}

TEST_CASE("a payload that was refused breaks its frame") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.feed({{11, 2, true}, {12, 2, false, true, false, true}});
  x.feed(frame_of(13, 3, 1));
  CHECK(x.frames == frames{{1, 1}});
  CHECK(x.engine.awaits_keyframe());
  CHECK(x.dropped(rtp::frame_drop::malformed) == 1);
}

TEST_CASE("after a frame that does not decode, a key frame is awaited") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.engine.handle_broken_frame();
  x.feed(frame_of(11, 2, 1));
  x.feed(frame_of(12, 3, 1, true));
  CHECK(x.frames == frames{{1, 1}, {3, 1}});
}

TEST_CASE("nothing is waited for after a jump of the sequence") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.feed({12, 3, true, true});
  x.feed(frame_of(200'000, 9, 1, true));
  CHECK(!x.engine.poll_timeout());
  CHECK(x.frames == frames{{1, 1}, {9, 1}});
}

TEST_CASE("packets before a gap on purpose are not waited for") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.engine.skip_gap();
  x.feed(frame_of(50, 2, 1));
  CHECK(!x.engine.poll_timeout());
  CHECK(x.engine.awaits_keyframe());
  CHECK(x.feed({9, 0, true, true}) == rtp::drop_reason::too_old);
  x.feed(frame_of(51, 3, 1, true));
  CHECK(x.frames == frames{{1, 1}, {3, 1}});
  CHECK(x.engine.packets_lost() == 0);
}

TEST_CASE("another encoding may begin with any sequence") {
  reorder_fixture x;
  x.feed(frame_of(1000, 1, 1, true));
  x.engine.restart();
  x.feed(frame_of(10, 2, 1, true));
  CHECK(x.frames == frames{{1, 1}, {2, 1}});
}

TEST_CASE("at the end, an unfinished frame is dropped") {
  reorder_fixture x;
  x.feed(frame_of(10, 1, 1, true));
  x.feed({{11, 2, true}, {13, 3, true, true}});
  x.engine.flush();
  x.drain();
  CHECK(x.frames == frames{{1, 1}});
  CHECK(x.dropped(rtp::frame_drop::incomplete) == 1);
}

TEST_CASE("a frame of too many packets is dropped") {
  reorder_fixture x;
  x.engine = rtp::reorder{{.max_frame_packets = 8}};
  x.feed({10, 1, true, false, true});
  for (int i = 11; i < 30; ++i)
    x.feed({i, 1});
  x.feed({30, 1, false, true});
  CHECK(x.frames.empty());
  CHECK(x.dropped(rtp::frame_drop::malformed) == 1);
}
