#include "rtp/rtcp/transport_cc.hpp"

#include "net/base/rng.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::rtp::rtcp;
using rtp::ssrc;
using namespace std::chrono_literals;

namespace {

std::optional<transport_cc> read(const octets& wire) {
  auto reader = compound_reader{wire};
  auto x = reader.next();
  if (!x || !std::holds_alternative<transport_cc>(*x))
    return std::nullopt;
  return std::get<transport_cc>(*x);
}

std::vector<packet_status> statuses(const transport_cc& x) {
  std::vector<packet_status> result;
  auto cursor = x.statuses();
  while (auto s = cursor.next())
    result.push_back(*s);
  return result;
}

/// A feedback packet: base 65534, `count` statuses, reference time 1.
octets feedback(uint16_t count, std::string rest) {
  auto wire = from_hex("8fcd0000 00000001 00000002 fffe 0000 000001 07" + rest);
  wire.resize((wire.size() + 3) / 4 * 4);
  net::store_u16(&wire[14], count);
  net::store_u16(&wire[2], static_cast<uint16_t>(wire.size() / 4 - 1));
  return wire;
}

packet_status lost(uint16_t n) {
  return {n, false, {}};
}

packet_status received_at(uint16_t n, int64_t ticks) {
  return {n, true, delta_ticks{ticks}};
}

octets build(const transport_cc_builder& b) {
  octets out(1200);
  auto size = b.build(ssrc{1}, ssrc{2}, 9, out);
  REQUIRE(size);
  out.resize(*size);
  return out;
}

} // namespace

TEST_CASE("a run of small deltas is read across 65535") {
  auto wire = feedback(3, "2003 04 00 ff");
  auto x = read(wire);
  REQUIRE(x);
  CHECK(x->sender() == ssrc{1});
  CHECK(x->media() == ssrc{2});
  CHECK(x->base_sequence_number() == 65534);
  CHECK(x->status_count() == 3);
  CHECK(x->reference_time() == 64ms);
  CHECK(x->feedback_count() == 7);
  CHECK(statuses(*x)
        == std::vector{received_at(65534, 260), received_at(65535, 260),
                       received_at(0, 515)});
}

TEST_CASE("vectors of one-bit and two-bit symbols are read") {
  SUBCASE("one bit: 10100000000000") {
    auto wire = feedback(4, "a800 01 02");
    auto x = read(wire);
    REQUIRE(x);
    CHECK(statuses(*x)
          == std::vector{received_at(65534, 257), lost(65535),
                         received_at(0, 259), lost(1)});
  }
  SUBCASE("two bits: 10 00 01") {
    auto wire = feedback(3, "e100 ff00 05"); // -256, then 5
    auto x = read(wire);
    REQUIRE(x);
    CHECK(
        statuses(*x)
        == std::vector{received_at(65534, 0), lost(65535), received_at(0, 5)});
  }
}

TEST_CASE("successive chunks are read, and empty runs are harmless") {
  auto wire = feedback(10, "0000 0008 2000 4002 0100 fff0");
  auto x = read(wire);
  REQUIRE(x);
  auto all = statuses(*x);
  REQUIRE(all.size() == 10);
  CHECK(all[7] == lost(5));
  CHECK(all[8] == received_at(6, 512));
  CHECK(all[9] == received_at(7, 496));
}

TEST_CASE("a negative reference time is negative") {
  auto wire = feedback(1, "2001 00");
  wire[16] = wire[17] = wire[18] = 0xFF;
  CHECK(read(wire)->reference_time() == -64ms);
}

TEST_CASE("feedback that does not cover its packets is refused") {
  CHECK_FALSE(read(feedback(0, "2001 00 00"))); // reports no packet
  CHECK_FALSE(read(feedback(1, "6001 0000")));  // reserved, in a run
  CHECK_FALSE(read(feedback(1, "f000 0000")));  // and in a vector
  CHECK(read(feedback(1, "dc00 0000 0000")));   // but not after the end
  CHECK_FALSE(read(feedback(5, "2005 00 00"))); // deltas are missing
  CHECK_FALSE(read(feedback(5, "0001 0001")));  // chunks are missing
  CHECK_FALSE(read(feedback(20, "0000 0000")));
  CHECK_FALSE(read(feedback(1, "")));
  auto wire = from_hex("8fcd0001 00000001");
  CHECK_FALSE(read(wire));
}

TEST_CASE("65,535 losses in a few octets are read without storing them") {
  auto wire = feedback(65535, "1fff 1fff 1fff 1fff 1fff 1fff 1fff 1fff 0007");
  auto x = read(wire);
  REQUIRE(x);
  CHECK(statuses(*x).size() == 65535);
}

TEST_CASE("the builder writes what the draft shows for small runs") {
  transport_cc_builder b;
  b.start(65534, 64ms);
  REQUIRE(b.add(65534, 65ms));
  REQUIRE(b.add(65535, 65ms));
  REQUIRE(b.add(65536, 65ms + 250us));
  auto wire = build(b);
  // A one-bit vector, three deltas, and three octets of padding.
  CHECK(wire
        == from_hex("afcd0006 00000001 00000002 fffe 0003 000001 09"
                    "b800 04 00 01 000003"));
}

TEST_CASE("the builder refuses arrivals that do not fit") {
  transport_cc_builder b;
  b.start(100, 10s);
  CHECK(b.empty());
  octets out(100);
  CHECK_FALSE(b.build(ssrc{1}, ssrc{2}, 0, out));
  CHECK_FALSE(b.add(99, 10s));
  CHECK(b.add(101, 10s));
  CHECK(b.size() == 2);
  CHECK(b.next_sequence_number() == 102);
  CHECK_FALSE(b.add(101, 10s));
  CHECK_FALSE(b.add(102, 19s));
  CHECK_FALSE(b.add(102, 1s));
  CHECK_FALSE(b.add(100 + transport_cc_builder::max_statuses, 10s));
  CHECK(b.size() == 2);
  CHECK(b.add(102, 18s));
  octets small(20);
  CHECK_FALSE(b.build(ssrc{1}, ssrc{2}, 0, small));
}

TEST_CASE("the worst feedback fits a compound") {
  transport_cc_builder b;
  b.start(0, 0s);
  auto time = 1000ms;
  for (int64_t n = 0; n < int64_t{transport_cc_builder::max_statuses}; ++n) {
    time += n % 2 ? -100ms : 100ms;
    REQUIRE(b.add(n, time));
  }
  compound_builder compound;
  CHECK(compound.add_transport_cc(ssrc{1}, ssrc{2}, 0, b));
  CHECK_FALSE(compound.add_transport_cc(ssrc{1}, ssrc{2}, 0, b));
}

TEST_CASE("random arrivals are read back to the quarter millisecond") {
  constexpr uint64_t seed = 21;
  CAPTURE(seed);
  auto rng = net::make_seeded_rng(seed);
  for (int round = 0; round < 1000; ++round) {
    transport_cc_builder b;
    auto base = int64_t{rng->below(1 << 20)};
    // Including times before zero and the wrap of the 24-bit reference time.
    std::chrono::microseconds time{int64_t{rng->u32()} * 256 - 1'000'000};
    b.start(base, time);
    std::vector<packet_status> expected;
    auto n = base;
    auto loss = rng->below(4) * 10;
    auto jitter = 1 + rng->below(3) * 60'000;
    for (auto count = 1 + rng->below(300); count > 0; --count, ++n) {
      if (rng->below(100) < loss) {
        n += rng->below(20);
        continue;
      }
      time += std::chrono::microseconds{rng->below(jitter)} - 1000us;
      if (!b.add(n, time))
        break;
      auto ticks = std::chrono::floor<delta_ticks>(time);
      while (static_cast<int64_t>(expected.size()) < n - base)
        expected.push_back(
            lost(static_cast<uint16_t>(base + int64_t(expected.size()))));
      expected.push_back(received_at(static_cast<uint16_t>(n), ticks.count()));
    }
    if (b.empty())
      continue;
    auto wire = build(b);
    CHECK(wire.size() % 4 == 0);
    auto x = read(wire);
    REQUIRE(x);
    CHECK(x->feedback_count() == 9);
    auto all = statuses(*x);
    REQUIRE(all.size() == expected.size());
    // The reference time is known modulo 2^24 only.
    constexpr int64_t wrap = int64_t{1} << 32;
    for (size_t i = 0; i < all.size(); ++i) {
      CHECK(all[i].sequence_number == expected[i].sequence_number);
      CHECK(all[i].received == expected[i].received);
      if (all[i].received)
        CHECK((all[i].arrival - expected[i].arrival).count() % wrap == 0);
    }
  }
}
