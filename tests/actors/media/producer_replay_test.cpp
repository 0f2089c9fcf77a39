// How old a group of pictures a producer gives to a consumer that begins.

#include "rtp/rtcp/compound.hpp"
#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A producer of VP8 that has sent one key frame to any number of shards.
struct replay_scene : scene_notes {
  explicit replay_scene(size_t shards) {
    auto config = opus();
    config.kind = rtp::media_kind::video;
    config.codec = rtp::codec::vp8;
    config.clock_rate = 90000;
    config.feedback.pli = true;
    producer = spawn_producer(
        *world.system, {producer_id{"p"}, config,
                        spawn_rtcp_sender(*world.system, from_producer)});
    for (size_t i = 0; i < shards; ++i)
      add_shard();
    caf::anon_send(producer, burst_of(65535, 1, world.scheduler().clock().now(),
                                      {0x10, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 1,
                                       0xf0, 0, 7}));
    world.run();
  }

  ~replay_scene() {
    caf::anon_send(producer, close_producer{});
    for (const auto& x : sinks)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    world.run();
  }

  void add_shard() {
    sinks.push_back(spawn_sink(*world.system, notes));
    caf::anon_send(producer,
                   subscribe{sinks.back(), std::make_shared<in_flight_gauge>(
                                               max_waiting_batches)});
    world.run();
  }

  void end_shard() {
    caf::anon_send(producer, unsubscribe{sinks.back()});
    world.run();
  }

  // Whether a consumer that begins now is given a replay.
  bool replays() {
    notes.media.clear();
    caf::anon_send(producer, start_wanted{sinks.front(), consumer_key{1}});
    world.run();
    return notes.media.size() == 1;
  }

  // How many PLIs the client has been sent.
  size_t plis() const {
    size_t count = 0;
    for (const auto& packet : from_producer.rtcp) {
      rtp::rtcp::compound_reader reader{packet};
      while (auto x = reader.next())
        count += std::holds_alternative<rtp::rtcp::pli>(*x);
    }
    return count;
  }

  void wait(net::duration time) {
    world.scheduler().advance_time(time);
    world.run();
  }

  actor_world world;
  producer_actor producer;
  std::vector<media_sink_actor> sinks;
};

} // namespace

TEST_CASE("with three shards a replay may be one second old") {
  replay_scene at{3};
  at.wait(900ms);
  CHECK(at.replays());
  at.wait(200ms);
  CHECK_FALSE(at.replays());
}

TEST_CASE("with four shards a replay may be two seconds old") {
  replay_scene at{4};
  at.wait(1900ms);
  CHECK(at.replays());
}

TEST_CASE("newcomers that still find a replay cause the next key frame") {
  replay_scene at{4};
  at.wait(1400ms);
  CHECK(at.replays());
  CHECK(at.plis() == 0);
  at.wait(200ms);
  for (int i = 0; i < 10; ++i)
    CHECK(at.replays());
  CHECK(at.plis() == 1);
}

TEST_CASE("a producer that loses a shard has a large audience no more") {
  replay_scene at{4};
  at.wait(1500ms);
  CHECK(at.replays());
  at.end_shard();
  CHECK_FALSE(at.replays());
  at.add_shard();
  CHECK(at.replays());
}
