#include "rtp/send/forwarder.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

// A newcomer's receiver that was not ready when its stream began, and asks for
// a key frame.

using namespace troupe;
using namespace troupe::test;
using rtp::forwarder;

namespace {

forwarder::config video() {
  auto x = forwarder::config{};
  x.ssrc = rtp::ssrc{5555};
  x.payload = rtp::payload_type{101};
  x.rtx_ssrc = rtp::ssrc{5556};
  x.rtx_payload = rtp::payload_type{102};
  x.feedback.nack = true;
  return x;
}

// Packet 65530 is a key frame; a packet comes every 33 ms.
constexpr int64_t key = 65530;

rtp::media_packet media(int64_t sequence, bool keyframe) {
  auto spec = packet_spec{};
  spec.sequence = static_cast<uint16_t>(sequence);
  auto x = rtp::media_packet{make_packet(spec, at((sequence - key) * 33ms)),
                             sequence, sequence * 3000};
  x.keyframe = keyframe;
  x.start_of_frame = true;
  x.numbers.picture_id = static_cast<uint16_t>(sequence & 0x7FFF);
  x.numbers.picture_id_bits = 15;
  x.numbers.picture_id_offset = 2;
  return x;
}

rtp::media_batch group(int64_t first, int64_t last) {
  auto out = std::vector<rtp::media_packet>{};
  for (auto i = first; i <= last; ++i)
    out.push_back(media(i, i == key));
  return media_of(out);
}

struct newcomer {
  newcomer() {
    engine.handle_connected(at(0ms));
    REQUIRE(requests() == std::vector{true});
  }

  // Whether each request for a key frame may be answered by a replay.
  std::vector<bool> requests() {
    auto out = std::vector<bool>{};
    layers_changed = 0;
    while (auto e = engine.poll_event()) {
      if (auto* x = std::get_if<rtp::keyframe_wanted>(&*e))
        out.push_back(x->start);
      layers_changed += std::holds_alternative<rtp::layers_changed>(*e);
    }
    return out;
  }

  // The original sequence numbers of what is sent; the numbers that it is sent
  // with must have no hole.
  std::vector<int64_t> sent() {
    auto out = std::vector<int64_t>{};
    while (auto x = engine.poll_batch())
      for (auto& p : x->packets) {
        auto number = p.fields.sequence_number;
        if (last)
          CHECK(static_cast<uint16_t>(number - *last) == 1);
        last = number;
        timestamp = p.fields.timestamp;
        patch = p.patch;
        auto original = p.packet.sequence_number();
        out.push_back(original < 32768 ? original + 65536 : original);
      }
    return out;
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(7);
  forwarder engine{video(), *random};
  int layers_changed = 0;
  std::optional<uint16_t> last;
  uint32_t timestamp = 0; // of the last packet
  rtp::payload_patch patch;
};

std::vector<int64_t> range(int64_t first, int64_t last) {
  auto out = std::vector<int64_t>{};
  for (auto i = first; i <= last; ++i)
    out.push_back(i);
  return out;
}

} // namespace

TEST_CASE("a newcomer that asks for a key frame is sent its group again") {
  newcomer x;
  x.engine.handle_replay(group(key, key + 9), at(300ms));
  CHECK(x.sent() == range(key, key + 9));
  x.engine.handle_batch(group(key + 10, key + 10), at(330ms));
  CHECK(x.sent() == range(key + 10, key + 10));
  auto timestamp = x.timestamp;
  CHECK(x.patch.none());
  (void)x.requests();
  // It asks at once, although it has just asked to start.
  x.engine.handle_keyframe_request(at(350ms));
  CHECK(x.requests() == std::vector{true});
  x.engine.handle_replay(group(key, key + 10), at(351ms));
  CHECK(x.requests().empty());
  CHECK(x.layers_changed == 0);
  CHECK(x.sent() == range(key, key + 10));
  // Timestamps stay, so that sender reports still fit; picture ids go on.
  CHECK(x.timestamp == timestamp);
  CHECK((x.patch.picture_id & 0x7FFF) == ((key + 10 + 11) & 0x7FFF));
  // Live packets continue, each once; no other key frame is asked for.
  x.engine.handle_batch(group(key + 10, key + 12), at(396ms));
  CHECK(x.sent() == range(key + 11, key + 12));
  x.engine.handle_timeout(at(5s));
  CHECK(x.requests().empty());
}

TEST_CASE("a newcomer's request to repeat is repeated for a key frame") {
  newcomer x;
  x.engine.handle_replay(group(key, key + 1), at(40ms));
  (void)x.requests();
  x.engine.handle_keyframe_request(at(100ms));
  CHECK(x.requests() == std::vector{true});
  // More requests are the same one.
  x.engine.handle_keyframe_request(at(200ms));
  x.engine.handle_batch(group(key + 2, key + 6), at(200ms));
  CHECK(x.requests().empty());
  x.engine.handle_timeout(at(1100ms));
  CHECK(x.requests() == std::vector{false});
  (void)x.sent();
  x.engine.handle_replay(group(key, key + 6), at(1101ms)); // too late
  CHECK(x.sent().empty());
}

TEST_CASE("a key frame that comes first fulfils a newcomer's request") {
  newcomer x;
  x.engine.handle_replay(group(key, key + 1), at(40ms));
  x.engine.handle_keyframe_request(at(100ms));
  (void)x.requests();
  (void)x.sent();
  auto next = media(key + 2, true);
  x.engine.handle_batch(media_of({next}), at(110ms));
  x.engine.handle_replay(media_of({next}), at(111ms));
  CHECK(x.sent() == range(key + 2, key + 2));
  x.engine.handle_timeout(at(5s));
  CHECK(x.requests().empty());
}

TEST_CASE("a group is sent again twice at most, and only to a newcomer") {
  newcomer x;
  x.engine.handle_batch(group(key, key), at(0ms)); // begins without a replay
  (void)x.requests();
  for (auto t : {500ms, 1000ms}) {
    x.engine.handle_keyframe_request(at(t));
    CHECK(x.requests() == std::vector{true});
    x.engine.handle_replay(group(key, key), at(t));
  }
  CHECK(x.sent().size() == 3);
  SUBCASE("the third request is for a key frame") {
    x.engine.handle_keyframe_request(at(1500ms));
    CHECK(x.requests() == std::vector{false});
  }
  SUBCASE("after a pause it is a newcomer again") {
    x.engine.pause(at(1500ms));
    x.engine.resume(at(10s));
    CHECK(x.requests() == std::vector{true});
    x.engine.handle_batch(media_of({media(key + 304, true)}), at(10'032ms));
    (void)x.requests();
    x.engine.handle_keyframe_request(at(10'100ms));
    CHECK(x.requests() == std::vector{true});
  }
}

TEST_CASE("a receiver is a newcomer for two seconds") {
  newcomer x;
  x.engine.handle_batch(group(key, key), at(10ms));
  (void)x.requests();
  auto late = false;
  SUBCASE("in time") {}
  SUBCASE("late") {
    late = true;
  }
  x.engine.handle_keyframe_request(at(late ? 2011ms : 2010ms));
  CHECK(x.requests() == std::vector{!late});
}

TEST_CASE("on a congested link a newcomer is sent nothing again") {
  newcomer x;
  x.engine.handle_batch(group(key, key), at(10ms));
  (void)x.requests();
  x.engine.set_congested(true);
  x.engine.handle_keyframe_request(at(500ms));
  CHECK(x.requests() == std::vector{false});
}

TEST_CASE("what was sent before a repetition is not sent again by RTX") {
  newcomer x;
  x.engine.handle_replay(group(key, key + 3), at(100ms));
  (void)x.sent();
  auto before = *x.last;
  x.engine.handle_keyframe_request(at(150ms));
  x.engine.handle_replay(group(key, key + 3), at(151ms));
  (void)x.sent();
  x.engine.handle_nack(std::vector<uint16_t>{before}, at(200ms));
  CHECK_FALSE(x.engine.poll_retransmission_request());
  x.engine.handle_nack(std::vector<uint16_t>{*x.last}, at(200ms));
  auto wanted = x.engine.poll_retransmission_request();
  REQUIRE(wanted);
  CHECK(wanted->front().sequence == key + 3);
}
