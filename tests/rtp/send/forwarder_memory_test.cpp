#include "rtp/send/forwarder.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

// What a consumer costs, and what of it each packet touches.

using namespace troupe;
using namespace troupe::test;

namespace {

rtp::forwarder make(rtp::media_kind kind) {
  auto random = net::make_seeded_rng(7);
  rtp::forwarder::config x;
  x.kind = kind;
  x.ssrc = rtp::ssrc{5};
  x.payload = rtp::payload_type{100};
  return rtp::forwarder{x, *random};
}

rtp::media_packet packet(int64_t sequence) {
  packet_spec spec;
  spec.payload = octet_vector(80, 7);
  rtp::media_packet x{make_packet(spec, at(0ms))};
  x.sequence = sequence;
  x.timestamp = sequence * 960;
  x.keyframe = true;
  x.start_of_frame = true;
  return x;
}

} // namespace

TEST_CASE("a packet touches at most eight cache lines of its forwarder") {
  auto x = make(rtp::media_kind::video);
  CHECK(x.hot_octets() <= 8 * 64);
}

TEST_CASE("a forwarder of audio costs at most 1,200 octets") {
  auto x = make(rtp::media_kind::audio);
  for (int i = 0; i < 100; ++i)
    x.handle_batch(media_of({packet(i)}), at(0ms));
  while (x.poll_batch()) {
  }
  CAPTURE(sizeof x);
  CHECK(x.stats(at(0ms)).packets == 100);
  CHECK(x.memory() <= 1200);
}

TEST_CASE("what is seldom polled comes out in any order of polls") {
  auto x = make(rtp::media_kind::audio);
  x.handle_batch(media_of({packet(0)}), at(0ms));
  CHECK_FALSE(x.poll_retransmission_request());
  CHECK_FALSE(x.poll_rtcp());
  REQUIRE(x.poll_event());
  CHECK_FALSE(x.poll_event());
  // A report is ready while an event waits.
  x.handle_source_report({0, {}, 0, at(0ms)});
  x.handle_batch(media_of({packet(1)}), at(150ms));
  x.handle_timeout(at(2s));
  x.pause(at(2s));
  REQUIRE(x.poll_event());
  CHECK_FALSE(x.poll_event());
  CHECK(x.poll_rtcp());
  CHECK_FALSE(x.poll_rtcp());
}

TEST_CASE("the runs of a rewriter take no more than their limit") {
  rtp::sequence_rewriter x{0};
  CHECK(x.memory() == 0);
  x.forward({0, 0});
  CHECK(x.memory() == 24);
  for (int64_t i = 1; i < 500; ++i)
    if (i % 2 == 0)
      x.forward({0, i});
    else
      x.drop({0, i});
  CHECK(x.memory() == 24 * rtp::sequence_rewriter::max_runs);
}

TEST_CASE("an aligner takes memory once another source takes over") {
  rtp::timestamp_aligner x{90000, 0};
  x.map(0, 0, at(0ms));
  x.map(0, 3000, at(33ms));
  CHECK(x.memory() == 0);
  for (uint8_t i = 1; i < 100; ++i)
    x.map(i, 0, at(i * 100ms));
  CHECK(x.memory() > 0);
  CHECK(x.memory() <= 4 * 32);
}

TEST_CASE("an aligner remembers its latest four turns") {
  rtp::timestamp_aligner x{90000, 0};
  for (uint8_t i = 0; i < 5; ++i)
    x.map(i, 0, at(i * 100ms));
  CHECK_FALSE(x.peek(0, 0));
  for (uint8_t i = 1; i < 5; ++i)
    CHECK(x.peek(i, 0) == i * 9000u);
}
