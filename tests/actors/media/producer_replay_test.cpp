// How old a group of pictures a producer gives to a consumer that begins.

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

  void wait(net::duration time) {
    world.scheduler().advance_time(time);
    world.run();
  }

  actor_world world;
  producer_actor producer;
  std::vector<media_sink_actor> sinks;
};

} // namespace

TEST_CASE("with four shards a replay may be two seconds old") {
  replay_scene few{3};
  few.wait(900ms);
  CHECK(few.replays());
  few.wait(200ms);
  CHECK_FALSE(few.replays());
  replay_scene many{4};
  many.wait(1900ms);
  CHECK(many.replays());
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
