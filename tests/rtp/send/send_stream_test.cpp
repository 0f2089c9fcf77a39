#include "rtp/send/send_stream.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr size_t octets = 1000;

/// A stream of 100 packets for each report.
struct scored_stream {
  void report(double lost, int sent_again = 0) {
    for (int i = 0; i < 100; ++i)
      engine.handle_sent(sequence++, octets, now);
    for (int i = 0; i < sent_again; ++i)
      REQUIRE(engine.spend(octets));
    auto block = rtp::rtcp::report_block{};
    block.fraction_lost = static_cast<uint8_t>(lost * 256);
    engine.handle_report_block(block, now += 1s);
  }

  int score() const {
    rtp::forwarder_stats out;
    engine.fill(out, now);
    return out.score;
  }

  rtp::send_stream engine{rtp::ssrc{7}};
  uint16_t sequence = 65'500;
  rtp::time_point now{};
};

} // namespace

TEST_CASE("a score follows the loss over several reports") {
  scored_stream x;
  x.report(0);
  CHECK(x.score() == 10);
  CHECK_FALSE(x.engine.poll_score());
  x.report(0.3);
  CHECK(x.score() == 9);
  CHECK(x.engine.poll_score() == 9);
  CHECK_FALSE(x.engine.poll_score());
  for (int i = 0; i < 20; ++i)
    x.report(0.3);
  CHECK(x.score() == 5);
  for (int i = 0; i < 20; ++i)
    x.report(0);
  CHECK(x.score() == 10);
  CHECK(x.engine.poll_score() == 10);
}

TEST_CASE("a repaired packet does not count as missed") {
  scored_stream x;
  for (int i = 0; i < 20; ++i)
    x.report(0.1, 10);
  CHECK(x.score() == 10);
  for (int i = 0; i < 20; ++i)
    x.report(0.3, 10);
  CHECK(x.score() == 6);
}

TEST_CASE("a report on repaired packets alone causes no division by zero") {
  scored_stream x;
  x.report(0);
  REQUIRE(x.engine.spend(octets));
  auto block = rtp::rtcp::report_block{};
  block.fraction_lost = 255;
  x.engine.handle_report_block(block, x.now);
  CHECK(x.score() == 10);
}

TEST_CASE("a round trip is measured whatever the clock shows") {
  constexpr uint32_t middle = 0x1234'5678;
  auto measure = [&](rtp::duration sent_at, rtp::duration held,
                     rtp::duration elapsed) {
    rtp::send_stream x{rtp::ssrc{7}};
    const auto sent = rtp::time_point{sent_at};
    x.make_sender_report({uint64_t{middle} << 16}, 0, sent);
    CHECK_FALSE(x.round_trip_time());
    auto block = rtp::rtcp::report_block{};
    block.last_sender_report = middle;
    block.delay_since_last_sender_report = rtp::to_compact_ntp(held);
    x.handle_report_block(block, sent + elapsed);
    REQUIRE(x.round_trip_time());
    return *x.round_trip_time();
  };
  CHECK(measure(0s, 0s, 30ms) == 30ms);
  CHECK(measure(1s, 2s, 2030ms) == 30ms);
  // The count of microseconds wraps in between, once and more often.
  const auto wrap = std::chrono::microseconds{int64_t{1} << 32};
  CHECK(measure(wrap - 10ms, 0s, 30ms) == 30ms);
  CHECK(measure(wrap - 1s, 2s, 2030ms) == 30ms);
  CHECK(measure(wrap + 1s, 3h, 3h + 30ms) == 30ms);
  // By the receiver's clock it took less than no time, or far too long.
  CHECK(measure(1s, 5s, 2s) == 1ms);
  CHECK(measure(1s, 0s, 60s) == 10s);
}
