// A shard sends a long replay by itself, slice by slice.

#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

rtp::forwarder::config video_to(uint32_t ssrc) {
  rtp::forwarder::config out;
  out.ssrc = rtp::ssrc{ssrc};
  out.payload = rtp::payload_type{100};
  out.mid = "0";
  out.cname = "x";
  return out;
}

// The packets since a key frame.
rtp::media_batch group(size_t packets, net::time_point now) {
  std::vector<rtp::media_packet> out;
  for (size_t i = 0; i < packets; ++i) {
    auto sequence = static_cast<int64_t>(65'000 + i);
    rtp::media_packet x{
        burst_of(static_cast<uint16_t>(sequence), 1, now)->front()};
    x.sequence = sequence;
    x.timestamp = sequence * 3000;
    x.keyframe = i == 0;
    x.start_of_frame = true;
    out.push_back(x);
  }
  return std::make_shared<const std::vector<rtp::media_packet>>(std::move(out));
}

// Must outlive the actors that write into it.
struct replay_notes {
  actor_notes notes;
  actor_notes asked;
};

struct replay_scene : replay_notes, shard_scene {
  replay_scene() : shard_scene(notes) {
    producer = spawn_fake_producer(*world.system, asked);
  }

  ~replay_scene() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  producer_actor producer;
};

} // namespace

TEST_CASE("a shard sends all slices of a replay without further messages") {
  replay_scene at;
  auto newcomer = at.add(7, video_to(1), at.producer);
  auto now = at.world.scheduler().clock().now();
  caf::anon_send(at.shard, packets_replayed{consumer_key{newcomer->id()},
                                            group(200, now)});
  at.world.run();
  CHECK(at.packets(7) == 200);
  CHECK(gapless(at.sequence_numbers(7)));
}
