// Video that no consumer attends, from the shard to the producer's transport.

#include "rtp/rtcp/compound.hpp"
#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using sources = std::vector<rtp::ssrc>;

const octets key_frame = from_hex("10 000000 9d012a 4001f000 07"); // VP8

constexpr auto media = rtp::ssrc{source_ssrc};
constexpr auto rtx = rtp::ssrc{source_ssrc + 1};

/// A real producer of video in one encoding, and consumers of it in one shard.
struct studio : scene_notes, shard_scene {
  studio() : shard_scene(notes) {
    producer_config x;
    x.id = producer_id{"p"};
    x.engine = opus();
    x.engine.kind = rtp::media_kind::video;
    x.engine.codec = rtp::codec::vp8;
    x.engine.clock_rate = 90000;
    x.engine.feedback.pli = true;
    x.engine.extensions = rtp::extension_map::defaults();
    x.engine.encodings = {{media, rtx, {}}};
    x.transport = spawn_rtcp_sender(*world.system, from_producer);
    producer = spawn_producer(*world.system, x);
    world.run();
  }

  ~studio() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  consumer_actor watch(uint16_t port) {
    auto config = opus_to(port);
    config.kind = rtp::media_kind::video;
    config.clock_rate = 90000;
    return add(port, config, producer);
  }

  template <class Command>
  void order(const consumer_actor& who, Command x) {
    caf::anon_send(who, actors::control_stream{x});
    world.run();
  }

  void feed() {
    caf::anon_send(
        producer,
        burst_of(next++, 1, world.scheduler().clock().now(), key_frame));
    world.run();
  }

  int key_frames_requested() {
    int out = 0;
    for (const auto& packet : from_producer.rtcp) {
      rtp::rtcp::compound_reader reader{packet};
      while (auto x = reader.next())
        out += std::holds_alternative<rtp::rtcp::pli>(*x);
    }
    from_producer.rtcp.clear();
    return out;
  }

  producer_actor producer;
  uint16_t next = 1;
};

} // namespace

TEST_CASE("the sources of video are unattended while all consumers pause") {
  studio at;
  auto one = at.watch(1);
  auto two = at.watch(2);
  at.feed();
  at.world.pass(3s);
  at.order(one, actors::pause_consumer{});
  at.world.pass(3s);
  CHECK_FALSE(at.from_producer.unattended);
  at.order(two, actors::pause_consumer{});
  at.world.pass(1s);
  CHECK(at.from_producer.unattended == sources{media, rtx});
  at.feed();
  at.key_frames_requested();
  at.order(one, actors::resume_consumer{});
  CHECK(at.from_producer.unattended == sources{});
  CHECK(at.key_frames_requested() == 1);
  const auto before = at.packets(1);
  at.feed();
  CHECK(at.packets(1) == before + 1);
}

TEST_CASE("the sources of video without consumers are unattended") {
  studio at;
  at.feed();
  at.world.pass(3s);
  CHECK(at.from_producer.unattended == sources{media, rtx});
  at.watch(1);
  CHECK(at.from_producer.unattended == sources{});
}

TEST_CASE("a producer that moves names its unattended sources anew") {
  actor_notes elsewhere;
  studio at;
  at.world.pass(3s);
  REQUIRE(at.from_producer.unattended == sources{media, rtx});
  caf::anon_send(at.producer,
                 move_producer{spawn_rtcp_sender(*at.world.system, elsewhere)});
  at.world.run();
  CHECK(elsewhere.unattended == sources{media, rtx});
}

TEST_CASE("audio is attended without consumers, too") {
  scene at;
  at.feed(1);
  at.world.pass(10s);
  CHECK_FALSE(at.from_producer.unattended);
}
