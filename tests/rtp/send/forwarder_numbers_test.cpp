// The first sequence number of a consumer's stream.

#include "rtp/send/forwarder.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
using rtp::forwarder;

namespace {

/// Below this, the first wrap is at least 2^15 packets away.
constexpr uint16_t half = 1 << 15;

struct stream {
  explicit stream(uint64_t seed, rtp::media_kind kind = rtp::media_kind::video)
      : random(net::make_seeded_rng(seed))
      , engine(settings(kind), *random) {}

  static forwarder::config settings(rtp::media_kind kind) {
    auto x = forwarder::config{};
    x.kind = kind;
    x.ssrc = rtp::ssrc{5555};
    x.payload = rtp::payload_type{101};
    x.rtx_ssrc = rtp::ssrc{5556};
    x.rtx_payload = rtp::payload_type{102};
    x.feedback = {true, true, true, true, false};
    return x;
  }

  rtp::media_packet packet(bool key) const {
    auto spec = packet_spec{};
    spec.sequence = static_cast<uint16_t>(next);
    spec.payload.assign(1000, 1);
    auto x = rtp::media_packet{make_packet(spec, at(now)), next, next * 3000};
    x.keyframe = x.start_of_frame = key;
    return x;
  }

  void send(int packets) {
    for (auto i = 0; i < packets; ++i, ++next) {
      now += 10ms;
      engine.handle_batch(media_of({packet(i == 0)}), at(now));
      drain();
    }
  }

  /// The sequence number under which the newest packet is repeated, if it is.
  std::optional<uint16_t> repair() {
    engine.handle_nack(std::vector{number}, at(now));
    auto keys = engine.poll_retransmission_request();
    if (!keys)
      return std::nullopt;
    --next;
    engine.handle_retransmissions(media_of({packet(false)}), at(now));
    ++next;
    while (auto x = engine.poll_batch())
      return x->packets.at(0).fields.sequence_number;
    return std::nullopt;
  }

  void drain() {
    while (auto x = engine.poll_batch())
      for (const auto& y : x->packets) {
        number = y.fields.sequence_number;
        if (!first)
          first = number;
      }
    while (engine.poll_event()) {
    }
  }

  std::unique_ptr<net::rng> random;
  forwarder engine;
  int64_t next = 100'000;
  net::duration now{};
  uint16_t number = 0; // of the newest packet
  std::optional<uint16_t> first;
};

} // namespace

TEST_CASE("streams and their retransmissions begin below 2^15") {
  for (auto kind : {rtp::media_kind::video, rtp::media_kind::audio})
    for (uint64_t seed = 1; seed <= 100; ++seed) {
      CAPTURE(seed);
      stream x{seed, kind};
      x.send(2);
      REQUIRE(x.first);
      REQUIRE(*x.first < half);
      auto rtx = x.repair();
      REQUIRE(rtx);
      REQUIRE(*rtx < half);
    }
}

TEST_CASE("streams begin again below 2^15 on a new network path") {
  std::vector<uint16_t> begun;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    stream x{seed};
    x.send(20'000);
    REQUIRE(x.repair());
    for (int way = 0; way < 5; ++way) {
      x.engine.handle_connected(at(x.now));
      x.first.reset();
      // On some paths up to the wrap and beyond it.
      x.send(1 + way * 13'000);
      REQUIRE(x.first);
      REQUIRE(*x.first < half);
      begun.push_back(*x.first);
      // Requests from before the new path do not count.
      auto rtx = x.repair();
      REQUIRE(rtx);
      REQUIRE(*rtx < half);
    }
  }
  std::ranges::sort(begun);
  CHECK(std::ranges::adjacent_find(begun) == begun.end());
}

TEST_CASE("streams continue without a hole on a known network path") {
  for (uint16_t last : {uint16_t{7}, uint16_t{40'000}, uint16_t{65'535}}) {
    stream x{1};
    x.send(300);
    x.engine.handle_connected(at(x.now), {last, last});
    x.first.reset();
    x.send(2);
    CHECK(x.first == static_cast<uint16_t>(last + 1));
    CHECK(x.repair() == static_cast<uint16_t>(last + 1));
  }
}
