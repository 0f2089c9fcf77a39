// A producer whose frames arrive packet by packet.

#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A producer of VP8 key frames with a consumer at port 1.
struct hold_scene : scene_notes, shard_scene {
  explicit hold_scene(net::duration hold = 10ms) : shard_scene(notes) {
    auto config = opus();
    config.kind = rtp::media_kind::video;
    config.codec = rtp::codec::vp8;
    config.clock_rate = 90000;
    config.frame_hold = hold;
    producer = spawn_producer(
        *world.system, {producer_id{"p"}, config,
                        spawn_rtcp_sender(*world.system, from_producer)});
    watch(1);
  }

  ~hold_scene() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  void watch(uint16_t port) {
    auto out = opus_to(port);
    out.kind = rtp::media_kind::video;
    out.clock_rate = 90000;
    add(port, out, producer);
  }

  /// Feeds the next packet of a frame, which is a key frame unless told.
  void feed(bool marker = false, bool keyframe = true) {
    rtp_builder x;
    x.payload_type = 111;
    x.sequence_number = next++;
    x.timestamp = timestamp;
    x.ssrc = source_ssrc;
    x.marker = marker;
    x.payload = std::exchange(begins, marker) ? octets{0x10, uint8_t{!keyframe},
                                                       0,    0,
                                                       0x9d, 0x01,
                                                       0x2a, 0x40,
                                                       1,    0xf0,
                                                       0,    7}
                                              : octets{0x00, 9, 9, 9};
    if (marker)
      timestamp += 3000;
    caf::anon_send(producer, std::make_shared<const std::vector<rtp::packet>>(
                                 1, x.make(world.scheduler().clock().now())));
    world.run();
  }

  void wait(net::duration time) {
    world.scheduler().advance_time(time);
    world.run();
  }

  producer_actor producer;
  uint16_t next = 65534; // wraps soon
  uint32_t timestamp = 90000;
  bool begins = true;
};

} // namespace

TEST_CASE("a frame that arrives packet by packet is sent by one call") {
  hold_scene at;
  at.world.load->gauges().take();
  auto calls = at.sent.calls;
  at.feed();
  at.wait(4ms);
  at.feed();
  at.wait(4ms);
  CHECK(at.packets(1) == 0);
  at.feed(true);
  CHECK(at.packets(1) == 3);
  CHECK(gapless(at.sequence_numbers(1)));
  CHECK(at.sent.calls == calls + 1);
  // It waited on purpose.
  CHECK(at.world.load->gauges().take().delay == 0ms);
}

TEST_CASE("a frame without a marker is sent after 10 ms") {
  hold_scene at;
  at.world.load->gauges().take();
  at.feed();
  at.wait(9ms);
  CHECK(at.packets(1) == 0);
  at.wait(1ms);
  CHECK(at.packets(1) == 1);
  CHECK(at.world.load->gauges().take().delay == 0ms);
}

TEST_CASE("without a hold each packet of a frame is sent at once") {
  hold_scene at{0ms};
  auto calls = at.sent.calls;
  at.feed();
  CHECK(at.packets(1) == 1);
  at.feed();
  CHECK(at.packets(1) == 2);
  at.feed(true);
  CHECK(at.packets(1) == 3);
  CHECK(at.sent.calls == calls + 3);
}

TEST_CASE("a consumer that joins amid a frame gets each packet once") {
  hold_scene at;
  at.feed();
  at.feed();
  at.watch(2);
  CHECK(at.packets(1) == 2);
  CHECK(at.packets(2) == 2);
  at.feed(true);
  CHECK(at.packets(1) == 3);
  CHECK(at.packets(2) == 3);
  CHECK(gapless(at.sequence_numbers(2)));
}

TEST_CASE("a join amid a frame does not send its beginning to the others") {
  hold_scene at;
  at.feed();
  at.feed(true);
  at.feed(false, false);
  at.watch(2);
  CHECK(at.packets(1) == 2);
  CHECK(at.packets(2) == 2); // the key frame
  at.feed(true);
  CHECK(at.packets(1) == 4);
  CHECK(at.packets(2) == 4);
  CHECK(gapless(at.sequence_numbers(2)));
}

TEST_CASE("a producer's pause sends what its frame has so far") {
  hold_scene at;
  at.feed();
  caf::anon_send(at.producer, actors::pause_producer{});
  at.world.run();
  CHECK(at.packets(1) == 1);
}
