#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A simulcast producer of three encodings, as seen by the shard, with a video
/// consumer at port 1 and an audio consumer at port 2.
struct simulcast_scene : scene_notes, shard_scene {
  simulcast_scene() : shard_scene(notes) {
    video = spawn_fake_producer(*world.system, from_producer);
    audio = spawn_fake_producer(*world.system, from_producer);
    auto config = opus_to(9);
    config.kind = rtp::media_kind::video;
    config.clock_rate = 90000;
    config.feedback.pli = true;
    config.layout = {rtp::layering::simulcast, 3, 1, false};
    consumers.push_back(spawn_consumer(
        *world.system, {consumer_id{"c"}, producer_id{"p"}, config, video,
                        transport_key{1}, shard, listener}));
    caf::anon_send(
        consumers.back(),
        control_stream{protocol::verb::set_preferred_layers{{}, 2, {}}});
    world.run();
    connect(1);
    add(2, opus_to(8), audio);
  }

  ~simulcast_scene() {
    caf::anon_send(video, close_producer{});
    caf::anon_send(audio, close_producer{});
    world.run();
  }

  /// Sends a key frame of each encoding. The payload's size tells the encoding:
  /// encoding + 1.
  void feed() {
    ++sequence;
    for (uint8_t encoding = 0; encoding < 3; ++encoding)
      send(video, encoding, octets(encoding + 1u, 7));
    send(audio, 0, {1, 2, 3, 4});
  }

  void send(const producer_actor& from, uint8_t encoding, octets payload) {
    caf::anon_send(shard,
                   one_packet(from_producer, from, sequence, encoding, true,
                              world.scheduler().clock().now(), payload));
    world.run();
  }

  /// Feeds a packet of each encoding; returns the encoding of the video packet
  /// that is sent, or nothing.
  std::optional<size_t> forwarded() {
    auto before = packets(1);
    feed();
    if (packets(1) == before)
      return std::nullopt;
    return sent.by_port[1].rtp.back().size() - header_size - 1;
  }

  static constexpr size_t header_size = 12;

  producer_actor video;
  producer_actor audio;
  int64_t sequence = 65537;
};

} // namespace

TEST_CASE("under overload video is shed layer by layer, and audio stays") {
  simulcast_scene at;
  auto level = [&](overload_level x) {
    at.world.load->publish(
        {x, sheds({x, 0}) ? overload_state::whole : uint8_t{0}});
  };
  CHECK(at.forwarded() == 2u);
  level(overload_level::busy);
  CHECK(at.forwarded() == 2u);
  level(overload_level::top_layer_off);
  CHECK(at.forwarded() == 1u);
  level(overload_level::lowest_layer_only);
  CHECK(at.forwarded() == 0u);
  level(overload_level::audio_only);
  CHECK_FALSE(at.forwarded());
  // A request of the client in the meantime takes effect later.
  caf::anon_send(
      at.consumers[0],
      control_stream{protocol::verb::set_preferred_layers{{}, 1, {}}});
  at.world.run();
  CHECK_FALSE(at.forwarded());
  level(overload_level::normal);
  CHECK(at.forwarded() == 1u);
  CHECK(at.packets(2) == static_cast<size_t>(at.sequence - 65537));
}

TEST_CASE("a peer is sent the encoding of its consumer when it changes") {
  simulcast_scene at;
  at.feed();
  at.feed();
  at.world.load->publish(
      {overload_level::top_layer_off, overload_state::whole});
  at.feed();
  at.feed();
  at.world.load->publish({overload_level::audio_only, overload_state::whole});
  at.feed();
  // The key frame of the lowest encoding came first.
  CHECK(at.notes.encodings
        == std::vector<std::optional<int>>{0, 2, 1, std::nullopt});
}

TEST_CASE("a client's pause outlasts a pause by overload") {
  simulcast_scene at;
  CHECK(at.forwarded() == 2u);
  caf::anon_send(at.consumers[0], control_stream{actors::pause_consumer{}});
  at.world.load->publish({overload_level::audio_only, overload_state::whole});
  CHECK_FALSE(at.forwarded());
  at.world.load->publish({});
  CHECK_FALSE(at.forwarded());
  caf::anon_send(at.consumers[0], control_stream{actors::resume_consumer{}});
  at.world.run();
  CHECK(at.forwarded() == 2u);
}

TEST_CASE("a shard reports the delay of packets to the load gauges") {
  scene at;
  at.add_consumer(1);
  at.world.load->gauges().take();
  auto batch = burst_of(1, 1, at.world.scheduler().clock().now());
  at.world.pass(std::chrono::milliseconds{30});
  caf::anon_send(at.producer, batch);
  at.world.run();
  // In steps of 4 ms.
  CHECK(at.world.load->gauges().take().delay == std::chrono::milliseconds{32});
}

TEST_CASE(
    "with little CPU left packets are coalesced, and none is left behind") {
  simulcast_scene at;
  at.add(2, opus_to(7), at.video); // a second producer at port 2
  at.world.pass(1s);
  at.world.load->publish_coalescing(10ms);
  auto hear = [&] {
    ++at.sequence;
    at.send(at.audio, 0, {1, 2, 3, 4});
    return at.packets(2);
  };
  at.world.load->gauges().take();
  auto first = hear(); // nothing was sent for long
  CHECK(hear() == first);
  CHECK(hear() == first);
  at.world.pass(10ms); // nothing follows
  CHECK(at.packets(2) == first + 2);
  CHECK(at.world.load->gauges().take().delay == 0ms); // it was meant
  CHECK(hear() == first + 2);
  at.world.load->publish_coalescing({});
  CHECK(hear() == first + 4);
  CHECK(hear() == first + 5);
}

TEST_CASE("a receiver with one producer waits for no other") {
  simulcast_scene at;
  at.add(1, opus_to(7), at.audio); // a second producer at port 1 only
  at.world.pass(1s);
  at.world.load->publish_coalescing(10ms);
  auto hear = [&] {
    ++at.sequence;
    at.send(at.audio, 0, {1, 2, 3, 4});
  };
  hear();
  auto alone = at.packets(2);
  auto both = at.packets(1);
  hear();
  hear();
  CHECK(at.packets(2) == alone + 2);
  CHECK(at.packets(1) == both);
  at.world.pass(10ms);
  CHECK(at.packets(2) == alone + 2);
  CHECK(at.packets(1) == both + 2);
}
