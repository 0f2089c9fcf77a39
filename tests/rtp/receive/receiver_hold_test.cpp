#include "receiver_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

rtp::receiver::config held() {
  auto x = video();
  x.frame_hold = 10ms;
  return x;
}

packet_spec of_frame(uint16_t sequence, bool marker = false) {
  packet_spec x;
  x.sequence = sequence;
  x.marker = marker;
  x.payload = vp8_delta;
  return x;
}

using numbers = std::vector<int64_t>;

} // namespace

TEST_CASE("a receiver passes frames on as a whole") {
  receiver_fixture x{held()};
  x.feed(of_frame(1), 0ms);
  x.feed(of_frame(2), 2ms);
  CHECK(x.passed.empty());
  CHECK(x.engine.poll_hold() == at(10ms));
  x.feed(of_frame(3, true), 3ms);
  CHECK(x.passed == numbers{1, 2, 3});
  CHECK(x.engine.held() == 3ms);
  CHECK_FALSE(x.engine.poll_hold());
  CHECK(x.stats().packets == 3);
}

TEST_CASE("a receiver keeps no frame for longer than configured") {
  receiver_fixture x{held()};
  x.feed(of_frame(1), 0ms);
  x.engine.handle_hold(at(10ms));
  x.drain();
  CHECK(x.passed == numbers{1});
}

TEST_CASE("a replay ends before the packets that wait") {
  receiver_fixture x{held()};
  auto feed = [&](uint16_t sequence, uint32_t timestamp, bool keyframe,
                  bool marker) {
    auto spec = of_frame(sequence, marker);
    spec.timestamp = timestamp;
    spec.payload = keyframe ? vp8_key : vp8_delta;
    x.feed(spec, sequence * 1ms);
  };
  auto replay = [&] {
    auto found = x.engine.find_replay(0, at(10ms));
    return found ? found->size() : 0;
  };
  feed(1, 90000, true, true);
  feed(2, 93000, false, false);
  CHECK(replay() == 1);
  feed(3, 93000, false, true);
  CHECK(replay() == 3);
  // This one would begin with what waits.
  feed(4, 96000, true, false);
  CHECK(replay() == 0);
}

TEST_CASE("a receiver asks for lost packets while their frame waits") {
  auto config = held();
  config.nacks.reordering = 2ms;
  receiver_fixture x{config};
  x.feed(of_frame(1), 0ms);
  x.feed(of_frame(3), 1ms);
  x.tick(8ms);
  CHECK(x.nacked == std::vector<uint16_t>{2});
  CHECK(x.passed.empty());
}

TEST_CASE("a repair passes at once") {
  receiver_fixture x{held()};
  x.feed(of_frame(1), 0ms);
  x.feed(of_frame(3), 1ms);
  x.rtx(2, 2ms);
  CHECK(x.passed == numbers{1, 3, 2});
}

TEST_CASE("packets that wait are found by those that lack them") {
  receiver_fixture x{held()};
  x.feed(of_frame(1), 0ms);
  auto found =
      x.engine.find_packets(std::vector<rtp::packet_key>{{0, 65536 + 1}});
  REQUIRE(found);
  CHECK(found->size() == 1);
}

TEST_CASE("a pause passes on what waits") {
  receiver_fixture x{held()};
  x.feed(of_frame(1), 0ms);
  x.engine.pause(at(1ms));
  x.drain();
  CHECK(x.passed == numbers{1});
}

TEST_CASE("without a hold, and for audio, each packet passes at once") {
  receiver_fixture off;
  off.feed(of_frame(1), 0ms);
  CHECK(off.passed == numbers{1});
  CHECK_FALSE(off.engine.poll_hold());
  auto voice = held();
  voice.kind = rtp::media_kind::audio;
  voice.codec = rtp::codec::opus;
  receiver_fixture audio{voice};
  audio.feed(of_frame(1), 0ms);
  CHECK(audio.passed == numbers{1});
}
