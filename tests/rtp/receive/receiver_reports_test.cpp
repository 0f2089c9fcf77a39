#include "receiver_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

using fixture = receiver_fixture;

// What receiver reports contain (RFC 3550, section 6.4.1).

namespace {

rtp::receiver::config opus_with_fec() {
  auto x = video();
  x.kind = rtp::media_kind::audio;
  x.codec = rtp::codec::opus;
  x.clock_rate = 48000;
  x.rtx_payload.reset();
  x.encodings = {{rtp::ssrc{1111}, {}, ""}};
  x.feedback = {};
  x.keep = false;
  x.inband_fec = true;
  return x;
}

/// Feeds packets, 10 ms apart, and leaves out `lost` of every ten, until the
/// next report.
struct reporting : fixture {
  using fixture::fixture;

  rtp::rtcp::report_block next_report(int lost = 0) {
    for (blocks.clear(); blocks.empty(); now += 10ms, ++sequence) {
      tick(now);
      if (sequence % 10 >= lost)
        feed(sequence, now);
    }
    return blocks.back();
  }

  uint16_t sequence = 65400;
  net::duration now = 0ms;
};

constexpr uint64_t shard = 1;
constexpr uint64_t another_shard = 2;

} // namespace

TEST_CASE(
    "packets restored by RTX are reported lost, but do not lower the score") {
  fixture x;
  for (auto i = 0; i < 100; ++i) {
    auto sequence = static_cast<uint16_t>(65500 + i);
    auto now = i * 4ms;
    if (i % 4 != 3)
      x.feed(sequence, now);
    else if (i > 3)
      x.rtx(static_cast<uint16_t>(sequence - 4), now);
  }
  REQUIRE(x.stats().packets_repaired == 24);
  x.blocks.clear();
  x.tick(3s);
  REQUIRE(x.blocks.size() == 1);
  CHECK(x.blocks[0].fraction_lost >= 60);
  CHECK(x.blocks[0].fraction_lost <= 65);
  CHECK(x.blocks[0].cumulative_lost == 24);
  REQUIRE(x.last_event<rtp::score_changed>());
  CHECK(x.stats().packets_lost == 0); // repaired
}

TEST_CASE("a packet that arrives after its repair is late, not lost") {
  fixture x;
  x.feed(65534, 0ms);
  x.feed(0, 1ms);
  x.rtx(65535, 20ms);
  x.feed(65535, 30ms);
  x.feed(65535, 31ms); // a duplicate
  x.tick(1500ms);
  REQUIRE(x.blocks.size() == 1);
  CHECK(x.blocks[0].fraction_lost == 0);
  CHECK(x.blocks[0].cumulative_lost == 0);
  CHECK(x.passed == std::vector<int64_t>{65534, 65536, 65535});
}

TEST_CASE("with in-band FEC the worst consumer's loss is reported") {
  reporting x{opus_with_fec()};
  CHECK(x.next_report().fraction_lost == 0);
  x.engine.handle_consumer_loss(shard, 30, at(x.now));
  x.engine.handle_consumer_loss(another_shard, 12, at(x.now));
  auto expected_from = x.sequence;
  auto report = x.next_report();
  CHECK(report.fraction_lost == 30);
  auto expected = static_cast<uint16_t>(x.sequence - expected_from);
  CHECK(report.cumulative_lost == expected * 30 / 256);
  auto before = report.cumulative_lost;
  SUBCASE("in cumulative numbers, too, which senders evaluate") {
    CHECK(x.next_report().cumulative_lost > before);
  }
  SUBCASE("unless the sender's own path loses more") {
    CHECK(x.next_report(5).fraction_lost > 100);
  }
  SUBCASE("until a shard has no more consumers") {
    x.engine.forget_consumers(shard);
    CHECK(x.next_report().fraction_lost == 12);
    x.engine.forget_consumers(another_shard);
    CHECK(x.next_report().fraction_lost == 0);
    CHECK(x.blocks.back().cumulative_lost >= before);
  }
  SUBCASE("until it is ten seconds old") {
    auto reported_at = x.now;
    while (x.now - reported_at < 8s)
      CHECK(x.next_report().fraction_lost == 30);
    while (x.now - reported_at < 12s)
      x.next_report();
    CHECK(x.blocks.back().fraction_lost == 0);
  }
}

TEST_CASE("one consumer cannot make a sender's stream look dead") {
  reporting x{opus_with_fec()};
  x.next_report();
  x.engine.handle_consumer_loss(shard, 255, at(x.now));
  CHECK(x.next_report().fraction_lost == rtp::receiver::max_consumer_loss);
}

TEST_CASE("without in-band FEC only the sender's own path is reported") {
  auto config = opus_with_fec();
  config.inband_fec = false;
  reporting x{config};
  x.next_report();
  x.engine.handle_consumer_loss(shard, 30, at(x.now));
  CHECK(x.next_report().fraction_lost == 0);
}

TEST_CASE("lost Opus packets are requested if the sender accepts NACKs") {
  auto config = opus_with_fec();
  config.feedback.nack = true;
  fixture x{config};
  x.feed(65535, 0ms);
  x.feed(1, 20ms);
  x.tick(30ms);
  CHECK(x.nacked == std::vector<uint16_t>{0});
  x.feed(0, 60ms); // without RTX it is sent unchanged
  CHECK(x.passed == std::vector<int64_t>{65535, 65537, 65536});
}
