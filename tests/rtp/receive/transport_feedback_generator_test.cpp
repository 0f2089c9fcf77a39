#include "rtp/receive/transport_feedback_generator.hpp"

#include "net/base/rng.hpp"
#include "rtp/rtcp/compound.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace troupe;
using namespace troupe::test;
using rtp::transport_feedback_generator;

namespace {

/// What all feedback so far reports of each number; a later "received" counts.
void collect(transport_feedback_generator& x, std::map<uint16_t, bool>& out,
             int& packets) {
  while (auto octets = x.poll_rtcp()) {
    auto reader = rtp::rtcp::compound_reader{*octets};
    auto message = reader.next();
    REQUIRE(message);
    auto* feedback = std::get_if<rtp::rtcp::transport_cc>(&*message);
    REQUIRE(feedback);
    CHECK(feedback->feedback_count() == static_cast<uint8_t>(packets));
    ++packets;
    auto cursor = feedback->statuses();
    while (auto status = cursor.next())
      out[status->sequence_number] |= status->received;
  }
}

} // namespace

TEST_CASE("every packet is reported within 100 ms, across the wrap") {
  transport_feedback_generator x{{}};
  auto reported = std::map<uint16_t, bool>{};
  auto packets = 0;
  for (auto i = 0; i < 1000; ++i) {
    auto now = at(i * 2ms);
    if (auto due = x.poll_timeout(); due && *due <= now)
      x.handle_timeout(now);
    if (i % 10 != 7)
      x.handle_packet(static_cast<uint16_t>(65000 + i), rtp::ssrc{5}, now);
    collect(x, reported, packets);
  }
  x.handle_timeout(at(3s));
  collect(x, reported, packets);
  CHECK(packets >= 19);
  CHECK(packets <= 21);
  CHECK(reported.size() == 1000);
  for (auto i = 0; i < 1000; ++i)
    CHECK(reported[static_cast<uint16_t>(65000 + i)] == (i % 10 != 7));
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE(
    "a packet that arrives after it was reported lost is reported again") {
  transport_feedback_generator x{{}};
  auto reported = std::map<uint16_t, bool>{};
  auto packets = 0;
  x.handle_packet(1, rtp::ssrc{5}, at(0ms));
  x.handle_packet(3, rtp::ssrc{5}, at(1ms));
  x.handle_timeout(at(100ms));
  collect(x, reported, packets);
  CHECK_FALSE(reported[2]);
  x.handle_packet(2, rtp::ssrc{5}, at(101ms));
  x.handle_packet(4, rtp::ssrc{5}, at(102ms));
  x.handle_timeout(at(201ms));
  collect(x, reported, packets);
  CHECK(reported[2]);
  CHECK(reported[4]);
}

namespace {

/// The next feedback: the numbers reported as received, with the time in ms
/// after the first, and the count of all numbers reported.
struct polled_feedback {
  std::map<uint16_t, int64_t> received;
  size_t statuses = 0;

  explicit polled_feedback(transport_feedback_generator& x) {
    auto octets = x.poll_rtcp();
    REQUIRE(octets);
    auto reader = rtp::rtcp::compound_reader{*octets};
    auto message = reader.next();
    REQUIRE(message);
    auto cursor = std::get<rtp::rtcp::transport_cc>(*message).statuses();
    std::optional<rtp::rtcp::delta_ticks> first;
    while (auto status = cursor.next()) {
      ++statuses;
      if (!status->received)
        continue;
      first = first.value_or(status->arrival);
      received[status->sequence_number] =
          std::chrono::duration_cast<std::chrono::milliseconds>(status->arrival
                                                                - *first)
              .count();
    }
  }
};

using arrivals = std::map<uint16_t, int64_t>;

} // namespace

TEST_CASE("with a late packet, the packets after it are reported again") {
  transport_feedback_generator x{{}};
  for (auto i : {65533, 65534, 0, 1})
    x.handle_packet(static_cast<uint16_t>(i), rtp::ssrc{5},
                    at(1ms * (i < 9 ? i + 4 : i - 65533)));
  x.handle_timeout(at(100ms));
  CHECK(polled_feedback{x}.received
        == arrivals{{65533, 0}, {65534, 1}, {0, 4}, {1, 5}});
  x.handle_packet(65535, rtp::ssrc{5}, at(110ms));
  x.handle_packet(3, rtp::ssrc{5}, at(111ms));
  x.handle_timeout(at(220ms));
  polled_feedback second{x};
  CHECK(second.received == arrivals{{65535, 0}, {0, -106}, {1, -105}, {3, 1}});
  CHECK(second.statuses == 5); // 2 is missing
  CHECK_FALSE(x.poll_rtcp());
}

TEST_CASE(
    "no packet that arrived is reported missing, however late others are") {
  auto random = net::make_seeded_rng(7);
  transport_feedback_generator x{{}};
  std::map<uint16_t, bool> arrived;
  auto now = at(0ms);
  std::vector<uint16_t> late;
  for (uint32_t i = 65000; i < 68000; ++i) {
    auto number = static_cast<uint16_t>(i);
    now += 1ms;
    if (random->u32() % 10 == 0) {
      late.push_back(number);
    } else {
      x.handle_packet(number, rtp::ssrc{5}, now);
      arrived[number] = true;
    }
    if (late.size() > 20) {
      auto which = random->u32() % late.size();
      x.handle_packet(late[which], rtp::ssrc{5}, now);
      arrived[late[which]] = true;
      late.erase(late.begin() + which);
    }
    if (auto due = x.poll_timeout(); due && *due <= now)
      x.handle_timeout(now);
    while (auto octets = x.poll_rtcp()) {
      auto reader = rtp::rtcp::compound_reader{*octets};
      auto message = reader.next();
      auto cursor = std::get<rtp::rtcp::transport_cc>(*message).statuses();
      while (auto status = cursor.next())
        REQUIRE(status->received == arrived[status->sequence_number]);
    }
  }
}

TEST_CASE("a sender that restarts its numbers continues to get feedback") {
  transport_feedback_generator x{{}};
  for (auto i = 20000; i < 20010; ++i)
    x.handle_packet(static_cast<uint16_t>(i), rtp::ssrc{5}, at(0ms));
  x.handle_timeout(at(100ms));
  CHECK(polled_feedback{x}.received.size() == 10);
  for (auto i : {100, 101, 103})
    x.handle_packet(static_cast<uint16_t>(i), rtp::ssrc{5}, at(101ms));
  x.handle_timeout(at(201ms));
  polled_feedback second{x};
  CHECK(second.received == arrivals{{100, 0}, {101, 0}, {103, 0}});
  CHECK(second.statuses == 4);
}

TEST_CASE("REMB lets a sender grow beyond 1 Mbit/s") {
  auto config = transport_feedback_generator::config{};
  config.remb = true;
  transport_feedback_generator x{config};
  auto allowed = uint64_t{300'000};
  auto budget = 0.0;
  for (auto t = 0ms; t < 10s; t += 10ms) {
    budget += static_cast<double>(std::min<uint64_t>(allowed, 3'000'000)) / 800;
    for (; budget > 1000; budget -= 1000)
      x.handle_untagged_packet(rtp::ssrc{5}, 1000, at(t));
    x.handle_timeout(at(t));
    while (auto octets = x.poll_rtcp()) {
      auto reader = rtp::rtcp::compound_reader{*octets};
      auto message = reader.next();
      REQUIRE(message);
      allowed = std::get<rtp::rtcp::remb>(*message).bitrate_bps;
    }
  }
  CHECK(allowed > 1'000'000);
  CHECK(allowed <= config.max_remb_bps);
}

namespace {

// The last REMB while packets arrive at this rate.
uint64_t allow(transport_feedback_generator& x, net::duration& t,
               net::duration time, size_t octets_each_10ms,
               uint64_t allowed = 0) {
  for (auto end = t + time; t < end; t += 10ms) {
    if (octets_each_10ms > 0)
      x.handle_untagged_packet(rtp::ssrc{5}, octets_each_10ms, at(t));
    x.handle_timeout(at(t));
    while (auto octets = x.poll_rtcp()) {
      auto reader = rtp::rtcp::compound_reader{*octets};
      if (auto message = reader.next())
        allowed = std::get<rtp::rtcp::remb>(*message).bitrate_bps;
    }
  }
  return allowed;
}

} // namespace

TEST_CASE("REMB follows the arriving rate, down as well") {
  auto config = transport_feedback_generator::config{};
  config.remb = true;
  transport_feedback_generator x{config};
  auto t = net::duration{};
  CHECK(allow(x, t, 500ms, 250) == 600'000);
  // 200 kbit/s get through.
  auto allowed = allow(x, t, 20s, 250);
  CHECK(allowed > 250'000);
  CHECK(allowed < 350'000);
  // Hardly any packets arrive.
  CHECK(allow(x, t, 30s, 12) == 100'000);
  // A sender that continues after a silence begins as at first.
  allow(x, t, 2s, 0);
  CHECK(allow(x, t, 5s, 0, 1) == 1);
  CHECK(allow(x, t, 100ms, 250) == 600'000);
}

TEST_CASE("feedback on demand is built when it is asked for") {
  auto config = transport_feedback_generator::config{};
  config.on_demand = true;
  transport_feedback_generator x{config};
  auto reported = std::map<uint16_t, bool>{};
  auto packets = 0;
  x.report();
  for (uint16_t i = 0; i < 10; ++i)
    x.handle_packet(i, rtp::ssrc{5}, at(i * 1ms));
  CHECK_FALSE(x.poll_timeout());
  x.handle_timeout(at(1s));
  collect(x, reported, packets);
  CHECK(packets == 0);
  x.report();
  x.report();
  collect(x, reported, packets);
  CHECK(packets == 1);
  CHECK(reported.size() == 10);
}
