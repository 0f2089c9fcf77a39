#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using protocol::consumer_scores;

constexpr rtp::producer_layout layers{rtp::layering::simulcast, 3, 1, false};

// The scores sent to a producer's owner, as "r0:10 r1:10".
std::string describe(const producer_rated& x) {
  std::string out;
  for (const auto& one : x.encodings)
    out += (out.empty() ? "" : " ") + one.rid + ':' + std::to_string(one.score);
  return out;
}

/// A real producer of three encodings and its owner.
struct studio : scene_notes, shard_scene {
  studio() : shard_scene(notes) {
    scores = std::make_shared<score_board>(3);
    producer_config x;
    x.id = producer_id{"p"};
    x.engine = opus();
    x.engine.kind = rtp::media_kind::video;
    x.engine.codec = rtp::codec::vp8;
    x.engine.clock_rate = 90000;
    x.engine.layout = layers;
    x.engine.encodings.clear();
    for (uint32_t i = 0; i < 3; ++i)
      x.engine.encodings.push_back(
          {rtp::ssrc{source_ssrc + i}, {}, "r" + std::to_string(i)});
    x.transport = spawn_rtcp_sender(*world.system, from_producer);
    x.scores = scores;
    using listener_type = producer_listener_actor;
    x.listener = world.system->spawn(
        [this](listener_type::pointer) -> listener_type::behavior_type {
          return {
              [this](const producer_rated& y) { rated.push_back(describe(y)); },
              [](const protocol::event::producer_layers_wanted&) {},
          };
        });
    producer = spawn_producer(*world.system, x);
    world.run();
  }

  ~studio() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  void watch(uint16_t port, actor_notes& to) {
    auto config = opus_to(port);
    config.kind = rtp::media_kind::video;
    config.clock_rate = 90000;
    config.layout = layers;
    add(port, config, producer, &to);
  }

  // Sends a packet of that encoding; of a key frame by default.
  void feed(uint32_t encoding, bool keyframe = true) {
    rtp_builder x;
    x.payload_type = 111;
    x.sequence_number = next.at(encoding)++;
    x.timestamp = x.sequence_number * 3000u;
    x.ssrc = source_ssrc + encoding;
    x.marker = true;
    x.payload =
        keyframe ? octets{0x10, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 1, 0xf0, 0, 7}
                 : octets{0x10, 1, 0, 0, 7};
    caf::anon_send(producer, std::make_shared<const std::vector<rtp::packet>>(
                                 1, x.make(world.scheduler().clock().now())));
    world.run();
  }

  producer_actor producer;
  std::vector<std::string> rated;
  std::vector<uint16_t> next{65535, 1, 1};
};

} // namespace

TEST_CASE(
    "when a stream begins, the owner is sent the scores of all active ones") {
  studio at;
  at.world.pass(1s);
  CHECK(at.rated.empty());
  at.feed(0);
  at.feed(0, false);
  at.feed(2);
  at.feed(1);
  at.feed(1, false);
  CHECK(
      at.rated
      == std::vector<std::string>{"r0:10", "r0:10 r2:10", "r0:10 r1:10 r2:10"});
}

TEST_CASE("when a stream falls silent, the owner is sent the scores of all") {
  studio at;
  for (uint32_t i : {0, 1})
    at.feed(i);
  at.rated.clear();
  for (int i = 0; i < 5; ++i) {
    at.world.pass(500ms);
    at.feed(0, false);
  }
  CHECK(at.rated == std::vector<std::string>{"r0:10 r1:0"});
  at.feed(1);
  CHECK(at.rated.back() == "r0:10 r1:10");
}

TEST_CASE("a consumer is sent the score of each of its producer's streams") {
  studio at;
  actor_notes to;
  at.watch(1, to);
  // Sent with the consumer: no stream has begun yet.
  CHECK(to.scores == std::vector{consumer_scores{10, 0, {0, 0, 0}}});
  to.scores.clear();
  at.feed(0);
  REQUIRE_FALSE(to.scores.empty());
  CHECK(to.scores.back() == consumer_scores{10, 10, {10, 0, 0}});
  at.feed(1, false);
  CHECK(to.scores.back() == consumer_scores{10, 10, {10, 10, 0}});
  auto before = to.scores.size();
  at.feed(0, false);
  at.feed(1, false);
  CHECK(to.scores.size() == before);
}

TEST_CASE("a new consumer is sent scores that changed since its offer") {
  studio at;
  actor_notes first, second;
  at.watch(1, first);
  at.feed(0);
  at.watch(2, second); // offered without scores
  REQUIRE_FALSE(second.scores.empty());
  CHECK(second.scores.front().producer_scores == std::vector{10, 0, 0});
}

TEST_CASE("the score of a producer with one stream is that of the stream") {
  score_board of_one{1};
  using rtp::layering;
  CHECK(make_scores(7, of_one, layering::simple, {})
        == consumer_scores{7, 0, {0}});
  of_one.set(0, 9);
  CHECK(make_scores(7, of_one, layering::simple, {})
        == consumer_scores{7, 9, {9}});
  CHECK(make_scores(7, of_one, layering::svc, rtp::layers{2, 1})
        == consumer_scores{7, 9, {9}});
}
