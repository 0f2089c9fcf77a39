#include "rtp/send/forwarder.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

// When a stream can be sent without its forwarder, and what is sent then.

using namespace troupe;
using namespace troupe::test;

namespace {

/// A forwarder and the trail of its producer's one encoding.
struct steady_scene {
  explicit steady_scene(rtp::media_kind kind,
                        net::duration max_queueing = 200ms) {
    rtp::forwarder::config x;
    x.kind = kind;
    x.ssrc = rtp::ssrc{5};
    x.payload = rtp::payload_type{101};
    x.rtx_ssrc = rtp::ssrc{6};
    x.rtx_payload = rtp::payload_type{102};
    x.feedback.nack = true;
    x.max_queueing = max_queueing;
    engine = std::make_unique<rtp::forwarder>(x, *random);
    trails.emplace_back(uint8_t{0}, x.clock_rate);
  }

  /// The next packet, a picture of its own.
  rtp::media_batch next() {
    now += 20ms;
    ++sequence;
    auto spec = packet_spec{};
    spec.marker = sequence % 2 == 0;
    auto x =
        rtp::media_packet{make_packet(spec, now), sequence, sequence * 1800};
    x.keyframe = x.start_of_frame = sequence == 65'531;
    x.completes_picture = complete;
    return media_of({x});
  }

  /// Lets the forwarder handle packets, and empties its output.
  void handle(int packets) {
    for (int i = 0; i < packets; ++i) {
      auto batch = next();
      trails[0].take(*batch, now);
      engine->handle_batch(batch, now);
    }
    poll();
  }

  std::vector<rtp::outgoing_packet> poll() {
    std::vector<rtp::outgoing_packet> out;
    while (auto batch = engine->poll_batch())
      out.insert(out.end(), batch->packets.begin(), batch->packets.end());
    while (engine->poll_event()) {
    }
    return out;
  }

  bool steady() const {
    return engine->steady(trails).valid();
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  int64_t sequence = 65'530; // wraps soon
  bool complete = true;
  std::unique_ptr<rtp::forwarder> engine;
  std::vector<rtp::packet_trail> trails;
};

constexpr auto audio = rtp::media_kind::audio;
constexpr auto video = rtp::media_kind::video;

} // namespace

TEST_CASE("a steady stream makes the packets that its forwarder would") {
  steady_scene x{video};
  CHECK_FALSE(x.steady());
  x.handle(1);
  for (int i = 0; i < 10; ++i) {
    auto stream = x.engine->steady(x.trails);
    REQUIRE(stream.valid());
    auto batch = x.next();
    REQUIRE(x.trails[0].take(*batch, x.now));
    REQUIRE(stream.takes(*batch));
    auto made = stream.make(batch->front());
    x.engine->handle_batch(batch, x.now);
    auto sent = x.poll();
    REQUIRE(sent.size() == 1);
    CHECK(made.fields.sequence_number == sent[0].fields.sequence_number);
    CHECK(made.fields.timestamp == sent[0].fields.timestamp);
    CHECK(made.fields.ssrc == sent[0].fields.ssrc);
    CHECK(made.fields.payload_type == sent[0].fields.payload_type);
    CHECK(made.fields.marker == sent[0].fields.marker);
    CHECK(made.patch == sent[0].patch);
    CHECK(stream.headers == &x.engine->headers());
  }
}

TEST_CASE("a stream is not steady while its forwarder has to decide") {
  SUBCASE("paused") {
    steady_scene x{audio};
    x.handle(2);
    REQUIRE(x.steady());
    x.engine->pause(x.now);
    CHECK_FALSE(x.steady());
  }
  SUBCASE("a gap was left out on purpose") {
    steady_scene x{audio};
    x.handle(2);
    x.engine->skip_gap();
    CHECK_FALSE(x.steady());
  }
  SUBCASE("a key frame was requested") {
    steady_scene x{video};
    x.handle(2);
    REQUIRE(x.steady());
    x.engine->handle_keyframe_request(x.now);
    CHECK_FALSE(x.steady());
  }
  SUBCASE("no picture was completed yet") {
    steady_scene x{video};
    x.complete = false;
    x.handle(2);
    CHECK_FALSE(x.steady());
  }
  SUBCASE("packets may wait for a short time only") {
    steady_scene x{audio, 99ms};
    x.handle(2);
    CHECK_FALSE(x.steady());
  }
  SUBCASE("it has not seen the latest packet") {
    steady_scene x{audio};
    x.handle(2);
    x.trails[0].take(*x.next(), x.now);
    CHECK_FALSE(x.steady());
  }
}

TEST_CASE("a stream is steady until its report or the earliest freeze") {
  steady_scene x{audio};
  x.complete = false;
  x.handle(2);
  CHECK(x.engine->steady(x.trails).until == x.engine->poll_timeout());
  steady_scene y{video};
  y.handle(2);
  CHECK(y.engine->steady(y.trails).until
        == std::min(y.now + 500ms, *y.engine->poll_timeout()));
}

TEST_CASE("layers that are not in force are no part of a steady stream") {
  steady_scene x{video};
  x.handle(2);
  auto stream = x.engine->steady(x.trails);
  auto packet = x.next()->front();
  CHECK(stream.takes({packet}));
  packet.needed_for = {};
  CHECK_FALSE(stream.takes({packet}));
}

TEST_CASE("a forwarder that catches up has seen each packet") {
  steady_scene x{video};
  steady_scene reference{video};
  x.handle(3);
  reference.handle(3);
  auto stream = x.engine->steady(x.trails);
  REQUIRE(stream.valid());
  auto joined = x.trails[0].end();
  uint16_t last = 0;
  for (int i = 0; i < 10; ++i) {
    auto batch = x.next();
    REQUIRE(x.trails[0].take(*batch, x.now));
    last = stream.make(batch->front()).fields.sequence_number;
  }
  reference.handle(10);
  x.engine->catch_up(x.trails[0], 0, joined, x.trails[0].end());
  auto mine = x.engine->stats(x.now);
  auto expected = reference.engine->stats(x.now);
  CHECK(mine.packets == 13);
  CHECK(mine.octets == expected.octets);
  CHECK(mine.bitrate_bps == expected.bitrate_bps);
  CHECK(x.steady());
  x.engine->handle_nack(std::vector{last}, x.now);
  auto keys = x.engine->poll_retransmission_request();
  REQUIRE(keys);
  CHECK(*keys == std::vector{rtp::packet_key{0, x.sequence}});
}
