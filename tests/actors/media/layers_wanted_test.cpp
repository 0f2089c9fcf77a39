#include "tests/actors/support/fake_client.hpp"
#include "tests/actors/support/media_scene.hpp"

#include <set>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using highest_layer = std::optional<int>;

/// A real producer of three encodings, and consumers of it in one shard.
struct studio : scene_notes, shard_scene {
  studio() : shard_scene(notes) {
    producer_config x;
    x.id = producer_id{"p"};
    x.engine = opus();
    x.engine.kind = rtp::media_kind::video;
    x.engine.codec = rtp::codec::vp8;
    x.engine.clock_rate = 90000;
    x.engine.feedback.pli = true;
    x.engine.layout = layout;
    x.engine.encodings.clear();
    for (uint32_t i = 0; i < 3; ++i)
      x.engine.encodings.push_back({rtp::ssrc{source_ssrc + i}, {}, {}});
    x.transport = spawn_rtcp_sender(*world.system, from_producer);
    using listener_type = producer_listener_actor;
    auto told_to = world.system->spawn(
        [this](listener_type::pointer) -> listener_type::behavior_type {
          return {
              [](const producer_rated&) {},
              [this](const protocol::event::producer_layers_wanted& y) {
                reported.push_back(y.spatial_layer);
              },
          };
        });
    x.listener = told_to;
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
    config.layout = layout;
    return add(port, config, producer);
  }

  void prefer(const consumer_actor& who, int layer) {
    caf::anon_send(who, control_stream{protocol::verb::set_preferred_layers{
                            {}, layer, {}}});
    world.run();
  }

  // A key frame of the three encodings.
  void feed() {
    std::vector<rtp::packet> out;
    for (uint32_t i = 0; i < 3; ++i) {
      rtp_builder x;
      x.payload_type = 111;
      x.sequence_number = next;
      x.timestamp = next * 3000u;
      x.ssrc = source_ssrc + i;
      x.marker = true;
      x.payload = {0x10, 0x01, 0x00, 0x00, 7}; // no key frame
      out.push_back(x.make(world.scheduler().clock().now()));
    }
    ++next;
    caf::anon_send(producer,
                   std::make_shared<const std::vector<rtp::packet>>(out));
    world.run();
  }

  // The encodings asked for a key frame since the last call.
  std::set<uint32_t> asked() {
    std::set<uint32_t> out;
    for (const auto& packet : from_producer.rtcp) {
      rtp::rtcp::compound_reader reader{packet};
      while (auto x = reader.next())
        if (const auto* pli = std::get_if<rtp::rtcp::pli>(&*x))
          out.insert(static_cast<uint32_t>(pli->media) - source_ssrc);
    }
    from_producer.rtcp.clear();
    return out;
  }

  static constexpr rtp::producer_layout layout{rtp::layering::simulcast, 3, 1,
                                               false};

  producer_actor producer;
  std::vector<highest_layer> reported;
  uint16_t next = 1;
};

} // namespace

TEST_CASE("a sender is sent the highest layer that any consumer wants") {
  studio at;
  auto one = at.watch(1);
  auto two = at.watch(2);
  at.world.pass(3s);
  CHECK(at.reported.empty()); // all, as at the start
  at.prefer(one, 0);
  at.prefer(two, 1);
  at.world.pass(1900ms);
  CHECK(at.reported.empty());
  at.world.pass(200ms);
  CHECK(at.reported == std::vector<highest_layer>{1});
  SUBCASE("a higher layer at once") {
    at.prefer(one, 2);
    CHECK(at.reported == std::vector<highest_layer>{1, 2});
  }
  SUBCASE("a lower layer after its highest consumer has paused for a while") {
    caf::anon_send(two, control_stream{actors::pause_consumer{}});
    at.world.run();
    at.world.pass(2100ms);
    CHECK(at.reported == std::vector<highest_layer>{1, 0});
    caf::anon_send(two, control_stream{actors::resume_consumer{}});
    at.world.run();
    CHECK(at.reported == std::vector<highest_layer>{1, 0, 1});
  }
  SUBCASE("none after all consumers end, and all when another begins") {
    caf::anon_send(one, control_stream{close_consumer{}});
    caf::anon_send(two, control_stream{close_consumer{}});
    at.world.run();
    at.world.pass(2100ms);
    CHECK(at.reported == std::vector<highest_layer>{1, {}});
    at.watch(3);
    CHECK(at.reported == std::vector<highest_layer>{1, {}, 2});
  }
}

TEST_CASE("a short pause of a consumer sends nothing to the sender") {
  studio at;
  auto one = at.watch(1);
  for (int i = 0; i < 10; ++i) {
    caf::anon_send(one, control_stream{actors::pause_consumer{}});
    at.world.run();
    at.world.pass(1500ms);
    caf::anon_send(one, control_stream{actors::resume_consumer{}});
    at.world.run();
    at.world.pass(500ms);
  }
  CHECK(at.reported.empty());
}

TEST_CASE("a sender without consumers is asked for no layer") {
  studio at;
  at.world.pass(2100ms);
  CHECK(at.reported == std::vector<highest_layer>{{}});
}

TEST_CASE("key frames are requested only of layers that a consumer wants") {
  studio at;
  auto one = at.watch(1);
  at.prefer(one, 0);
  for (int i = 0; i < 150; ++i) {
    at.feed();
    at.world.pass(20ms);
  }
  CHECK(at.reported == std::vector<highest_layer>{0});
  at.asked();
  for (int i = 0; i < 100; ++i) {
    at.feed();
    at.world.pass(20ms);
  }
  CHECK(at.asked() == std::set<uint32_t>{0}); // repeatedly, since none comes
  caf::anon_send(at.producer, actors::pause_producer{});
  caf::anon_send(at.producer, actors::resume_producer{});
  at.world.run();
  for (int i = 0; i < 60; ++i) {
    at.feed();
    at.world.pass(20ms);
  }
  CHECK(at.asked() == std::set<uint32_t>{0});
  at.prefer(one, 2);
  for (int i = 0; i < 10; ++i) {
    at.feed();
    at.world.pass(20ms);
  }
  CHECK(at.asked().contains(2));
}

TEST_CASE("the client of a simulcast producer is sent the wanted layers") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  fake_client bob{world, "r", "bob"};
  world.run();
  ann.create_transport("send");
  ann.create_transport("recv");
  bob.create_transport("recv");
  auto id = ann.produce(simulcast_track(1000));
  world.pass(2100ms);
  auto none = ann.push("producer-layers-wanted");
  REQUIRE(none);
  CHECK(text_at(*none, "/data/producerId") == id);
  CHECK_FALSE((*none)["data"].HasMember("spatialLayer"));
  bob.consume();
  auto all = ann.push("producer-layers-wanted");
  REQUIRE(all);
  CHECK((*all)["data"]["spatialLayer"].GetInt() == 2);
  CHECK_FALSE(bob.push("producer-layers-wanted"));
}
