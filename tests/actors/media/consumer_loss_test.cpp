#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

// The loss of consumers is reported to a sender of Opus with in-band FEC.

namespace {

consumer_key key_of(const consumer_actor& x) {
  return consumer_key{x->id()};
}

/// Delivers a loss report from a consumer's client.
void report_loss(shard_scene& at, const consumer_actor& who, uint32_t ssrc,
                 uint8_t fraction_lost) {
  rtp::rtcp::report_block block;
  block.ssrc = rtp::ssrc{ssrc};
  block.fraction_lost = fraction_lost;
  auto gauge = std::make_shared<in_flight_gauge>(max_waiting_compounds);
  gauge->admit();
  caf::anon_send(at.shard,
                 transport_feedback{
                     {},
                     {consumer_feedback{key_of(who),
                                        rtp::report_block_received{{}, block}}},
                     gauge});
  at.world.run();
}

/// A producer of Opus with FEC, and the reports that its sender gets.
struct studio : scene_notes, shard_scene {
  studio() : shard_scene(notes) {
    auto config = opus();
    config.inband_fec = true;
    producer = spawn_producer(
        *world.system, {producer_id{"p"}, config,
                        spawn_rtcp_sender(*world.system, from_producer)});
  }

  ~studio() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  // The fraction lost in the last report to the sender, after 3 s of packets.
  int reported() {
    from_producer.rtcp.clear();
    for (auto t = 0ms; t < 3s; t += 20ms) {
      caf::anon_send(producer,
                     burst_of(next++, 1, world.scheduler().clock().now()));
      world.run();
      world.pass(20ms);
    }
    auto out = -1;
    for (const auto& packet : from_producer.rtcp) {
      rtp::rtcp::compound_reader reader{packet};
      while (auto x = reader.next())
        if (const auto* report = std::get_if<rtp::rtcp::receiver_report>(&*x))
          for (auto block : report->blocks)
            out = block.fraction_lost;
    }
    return out;
  }

  producer_actor producer;
  uint16_t next = 65500;
};

} // namespace

TEST_CASE(
    "a sender of Opus with FEC is sent the highest loss of its consumers") {
  studio at;
  auto one = at.add(1, opus_to(11), at.producer);
  auto two = at.add(2, opus_to(12), at.producer);
  CHECK(at.reported() == 0);
  report_loss(at, one, 11, 20);
  report_loss(at, two, 12, 50);
  at.world.pass(1s);
  report_loss(at, one, 11, 20);
  CHECK(at.reported() == 50);
  // The consumer with the highest loss is closed.
  caf::anon_send(two, control_stream{close_consumer{}});
  at.world.run();
  report_loss(at, one, 11, 20);
  CHECK(at.reported() == 20);
  caf::anon_send(one, control_stream{close_consumer{}});
  at.world.run();
  CHECK(at.reported() == 0);
}

TEST_CASE("a shard reports losses to a producer at most once a second") {
  actor_notes notes, to;
  shard_scene at{notes};
  auto producer = spawn_fake_producer(*at.world.system, to);
  auto one = at.add(1, opus_to(11), producer);
  auto two = at.add(2, opus_to(12), producer);
  for (int i = 0; i < 10; ++i) {
    report_loss(at, one, 11, 0);
    report_loss(at, two, 12, 0);
  }
  CHECK(to.losses.empty()); // no loss to report
  at.world.pass(1s);
  for (int i = 0; i < 300; ++i) {
    report_loss(at, one, 11, static_cast<uint8_t>(i % 3));
    report_loss(at, two, 12, static_cast<uint8_t>(10 + i % 100));
    at.world.pass(10ms);
  }
  CHECK(to.losses.size() >= 3);
  CHECK(to.losses.size() <= 4);
  // An unchanged loss is repeated, so that the producer does not expire it.
  auto before = to.losses.size();
  for (int i = 0; i < 20; ++i) {
    at.world.pass(1s);
    report_loss(at, two, 12, 77);
  }
  CHECK(to.losses.back() == 77);
  CHECK(to.losses.size() >= before + 4);
  CHECK(to.losses.size() <= before + 6);
  caf::anon_send(producer, close_producer{});
  at.world.run();
}

TEST_CASE("the loss of video is not reported to its producer") {
  actor_notes notes, to;
  shard_scene at{notes};
  auto producer = spawn_fake_producer(*at.world.system, to);
  auto config = opus_to(11);
  config.kind = rtp::media_kind::video;
  auto one = at.add(1, config, producer);
  report_loss(at, one, 11, 100);
  CHECK(to.losses.empty());
  caf::anon_send(producer, close_producer{});
  at.world.run();
}
