// Late viewers of a source that sends key frames at its own times only.

#include "rtp/rtcp/compound.hpp"
#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A producer of VP8 with a key frame every four seconds, whatever its client
/// is asked for: 25 pictures a second of ten packets each.
struct deaf_scene : scene_notes, shard_scene {
  explicit deaf_scene(bool takes_requests) : shard_scene(notes) {
    auto config = opus();
    config.kind = rtp::media_kind::video;
    config.codec = rtp::codec::vp8;
    config.clock_rate = 90000;
    config.feedback.pli = takes_requests;
    producer = spawn_producer(
        *world.system, {producer_id{"p"}, config,
                        spawn_rtcp_sender(*world.system, from_producer)});
  }

  ~deaf_scene() {
    caf::anon_send(producer, close_producer{});
    world.run();
  }

  void add_viewer(uint16_t port) {
    auto config = opus_to(port);
    config.kind = rtp::media_kind::video;
    config.clock_rate = 90000;
    add(port, config, producer);
  }

  void send_for(net::duration time) {
    for (net::duration t{}; t < time; t += 40ms) {
      send_picture();
      world.pass(40ms);
    }
  }

  void send_picture() {
    const octets key{0x10, 0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 1, 0xf0, 0, 7};
    const octets delta{0x10, 1, 0, 0, 7};
    const octets rest{0, 9, 9, 9};
    std::vector<rtp::packet> out;
    for (int i = 0; i < 10; ++i) {
      rtp_builder x;
      x.payload_type = 111;
      x.sequence_number = next++;
      x.timestamp = static_cast<uint32_t>(pictures) * 3600;
      x.ssrc = source_ssrc;
      x.marker = i == 9;
      x.payload = i > 0 ? rest : pictures % 100 == 0 ? key : delta;
      out.push_back(x.make(world.scheduler().clock().now()));
    }
    ++pictures;
    caf::anon_send(producer,
                   std::make_shared<const std::vector<rtp::packet>>(out));
    world.run();
  }

  // Whether the first packet that the viewer was sent begins a key frame.
  bool began_with_keyframe(uint16_t port) {
    const auto& all = sent.by_port[port].rtp;
    if (all.empty())
      return false;
    auto payload = parse(all.front())->payload();
    return payload.size() > 3 && payload[0] == 0x10 && (payload[1] & 1) == 0;
  }

  size_t plis() const {
    size_t count = 0;
    for (const auto& packet : from_producer.rtcp) {
      rtp::rtcp::compound_reader reader{packet};
      while (auto x = reader.next())
        count += std::holds_alternative<rtp::rtcp::pli>(*x);
    }
    return count;
  }

  producer_actor producer;
  uint16_t next = 65'000; // wraps soon
  int pictures = 0;
};

} // namespace

TEST_CASE("a late viewer of a source that ignores PLI begins within a second") {
  deaf_scene at{true};
  at.add_viewer(1);
  at.send_for(1500ms);
  // Whether the source answers is not known yet.
  at.add_viewer(2);
  at.send_for(2s);
  CHECK(at.packets(2) == 0);
  CHECK(at.plis() >= 2);
  at.send_for(4s);
  CHECK(at.began_with_keyframe(2));
  // In the middle of the next group.
  at.add_viewer(3);
  CHECK(at.packets(3) >= 64);
  CHECK(at.began_with_keyframe(3));
  auto begun = at.pictures - 100;
  at.send_for(1s - 40ms);
  CHECK(at.packets(3) == size_t(at.pictures - 100) * 10);
  CHECK(at.packets(3) > size_t(begun) * 10);
  CHECK(gapless(at.sequence_numbers(3)));
  // The replay did not hold back the others.
  CHECK(at.packets(1) == size_t(at.pictures) * 10);
  CHECK(gapless(at.sequence_numbers(1)));
}

TEST_CASE(
    "the first viewer of a source that takes no requests begins at once") {
  deaf_scene at{false};
  at.send_for(7s);
  CHECK_FALSE(at.from_producer.unattended);
  at.add_viewer(1);
  CHECK(at.packets(1) >= 64);
  at.send_for(960ms);
  CHECK(at.began_with_keyframe(1));
  CHECK(at.packets(1) == size_t(at.pictures - 100) * 10);
  CHECK(gapless(at.sequence_numbers(1)));
  CHECK(at.plis() == 0);
}

TEST_CASE("without viewers a source that takes requests is left unattended") {
  deaf_scene at{true};
  at.send_for(3s);
  CHECK(at.from_producer.unattended);
}
