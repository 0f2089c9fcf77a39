#include "receiver_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

using fixture = receiver_fixture;

// A sender that continues with another SSRC without notice: its packets are
// recognized by their MID or RID.

namespace {

/// VP8 with any SSRC, a packet every 2 ms.
struct source {
  fixture& to;
  uint32_t ssrc;
  uint16_t next;
  uint32_t timestamp = 90000;
  octet_vector extension = {}; // a RID

  void send(net::duration when, bool keyframe = false) {
    packet_spec x;
    x.ssrc = ssrc;
    x.sequence = next++;
    x.timestamp = timestamp += 180;
    x.payload = keyframe ? vp8_key : vp8_delta;
    if (!extension.empty())
      x.extensions = {{2, extension}};
    to.feed(x, when);
  }

  net::duration run(net::duration from, int packets) {
    for (auto i = 0; i < packets; ++i)
      send(from + 2ms * i, i == 0);
    return from + 2ms * packets;
  }
};

bool rises_by_one(const std::vector<int64_t>& xs, size_t from) {
  for (auto i = from + 1; i < xs.size(); ++i)
    if (xs[i] != xs[i - 1] + 1)
      return false;
  return true;
}

uint64_t refused(const fixture& x) {
  return x.engine.stats(at(0s)).drops.of(rtp::drop_reason::unknown_encoding);
}

} // namespace

TEST_CASE("all packets of a new SSRC are forwarded, from the first one") {
  fixture x;
  source first{x, 1111, 1000};
  auto now = first.run(0ms, 600);
  uint16_t begin = 0;
  auto silence = 0ms;
  SUBCASE("a little before the old sequence, after a silence") {
    begin = 1099;
    silence = 1500ms;
  }
  SUBCASE("a little before the old sequence, at once") {
    begin = 1099;
  }
  SUBCASE("ahead of the old sequence") {
    begin = 1700;
  }
  SUBCASE("far from the old sequence, before the wrap") {
    begin = 65400;
  }
  source second{x, 2000, begin};
  second.run(now + silence, 501);
  REQUIRE(x.passed.size() == 600 + 501);
  CHECK(x.passed[600] > x.passed[599]);
  CHECK(static_cast<uint16_t>(x.passed[600]) == begin);
  CHECK(rises_by_one(x.passed, 600));
  CHECK(refused(x) == 0);
  CHECK(rtp::value(x.stats().ssrc) == 2000);
  CHECK(x.plis == 0); // the key frame was received
}

TEST_CASE("all packets of a sender that begins anew are forwarded") {
  fixture x;
  source first{x, 1111, 1000};
  const auto now = first.run(0ms, 600);
  uint16_t begin = 0;
  SUBCASE("a little before the old sequence") {
    begin = 1099;
  }
  SUBCASE("ahead of the old sequence") {
    begin = 4000;
  }
  SUBCASE("far from the old sequence") {
    begin = 40000;
  }
  x.engine.handle_restart();
  source second{x, 1111, begin};
  second.run(now, 501);
  REQUIRE(x.passed.size() == 600 + 501);
  CHECK(static_cast<uint16_t>(x.passed[600]) == begin);
  CHECK(x.passed[600] > x.passed[599]);
  CHECK(rises_by_one(x.passed, 600));
  CHECK(x.plis == 0);
}

TEST_CASE("the reports of a new SSRC begin again") {
  fixture x;
  source first{x, 1111, 65000};
  for (auto i = 0; i < 600; ++i)
    if (++first.next % 3 != 0)
      first.send(1ms * i);
  source second{x, 2000, 40000};
  auto now = second.run(1s, 300);
  x.blocks.clear();
  x.tick(now + 1600ms);
  REQUIRE(x.blocks.size() == 1);
  CHECK(rtp::value(x.blocks[0].ssrc) == 2000);
  CHECK(x.blocks[0].cumulative_lost == 0);
  CHECK(x.blocks[0].fraction_lost == 0);
  CHECK(x.blocks[0].extended_highest_sequence == 40299);
}

TEST_CASE("a picture of a new SSRC is later than all before") {
  fixture x;
  source first{x, 1111, 1000, 4'000'000'000};
  source second{x, 2000, 1000, 3'999'900'000};
  auto collect = [&](source& from, net::duration when) {
    packet_spec spec;
    spec.ssrc = from.ssrc;
    spec.sequence = from.next;
    spec.timestamp = from.timestamp;
    spec.payload = vp8_key;
    x.engine.handle_packets(batch_of({make_packet(spec, at(when))}), at(when));
    auto batch = x.engine.poll_batch();
    REQUIRE(batch);
    return (*batch)->front().timestamp;
  };
  auto before = collect(first, 0ms);
  // So far that consumers treat it as a restart: timestamp_aligner.
  CHECK(collect(second, 2s) - before > 90000 * 60);
}

TEST_CASE("a second SSRC is refused while the first still sends") {
  fixture x;
  source first{x, 1111, 1000};
  source other{x, 2000, 5000};
  for (auto t = 0ms; t < 2s; t += 20ms) {
    first.send(t);
    other.send(t + 1ms);
  }
  CHECK(x.passed.size() == 100);
  CHECK(refused(x) >= 90);
  CHECK(rtp::value(x.stats().ssrc) == 1111);
}

TEST_CASE("at most one burst of packets is stored for a takeover") {
  fixture x;
  source first{x, 1111, 1000};
  source other{x, 2000, 5000};
  first.send(0ms);
  for (auto i = 0; i < 1000; ++i)
    other.send(1ms);
  CHECK(refused(x) == 1000 - 128);
}

TEST_CASE("late packets of the previous SSRC do not restore it") {
  fixture x;
  source first{x, 1111, 1000};
  source second{x, 2000, 5000};
  auto now = first.run(0ms, 50);
  now = second.run(now, 100);
  first.send(now);
  x.tick(now + 150ms);
  CHECK(rtp::value(x.stats().ssrc) == 2000);
  CHECK(refused(x) == 1);
  // The previous SSRC may return by itself.
  first.send(now + 1100ms, true);
  CHECK(rtp::value(x.stats().ssrc) == 1111);
}

TEST_CASE("a takeover does not wait for another packet") {
  fixture x;
  source first{x, 1111, 1000};
  source second{x, 2000, 5000};
  first.send(0ms);
  second.send(40ms, true);
  CHECK(x.passed.size() == 1);
  REQUIRE(x.engine.poll_timeout());
  CHECK(*x.engine.poll_timeout() <= at(100ms));
  x.tick(100ms);
  CHECK(x.passed == std::vector<int64_t>{1000, 5000});
  SUBCASE("nor for a timeout after BYE") {
    x.engine.handle_bye(rtp::ssrc{2000}, at(101ms));
    source third{x, 3000, 7};
    third.send(102ms, true);
    CHECK(x.passed.size() == 3);
  }
}

TEST_CASE("all encodings of simulcast may change their SSRCs together") {
  auto config = video();
  config.encodings = {{{}, {}, "r0"}, {{}, {}, "r1"}, {{}, {}, "r2"}};
  fixture x{config};
  auto begin = [&](uint32_t ssrc) {
    std::vector<source> out;
    for (uint8_t i = 0; i < 3; ++i)
      out.push_back(
          {x, ssrc + i, 1000, 90000, {'r', static_cast<uint8_t>('0' + i)}});
    return out;
  };
  auto before = begin(10);
  auto after = begin(20);
  for (auto t = 0ms; t < 200ms; t += 20ms)
    for (auto& s : before)
      s.send(t, t == 0ms);
  for (auto t = 200ms; t < 400ms; t += 20ms)
    for (auto& s : after)
      s.send(t, t == 200ms);
  CHECK(x.passed.size() == 60);
  CHECK(refused(x) == 0);
}
