#include "rtp/recording/media_clock.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// The sender's wall clock shows this at the virtual time 0.
rtp::ntp_time wall(net::duration x) {
  return rtp::ntp_clock{4'000'000'000s}.at(at(x));
}

/// A clock of audio at 48 kHz, whose timestamps count from the virtual time 0.
struct clock_fixture {
  std::shared_ptr<rtp::sync_group> group = std::make_shared<rtp::sync_group>();
  rtp::media_clock clock{{48'000, rtp::extension_map::defaults()}, group};
  int64_t base = 1'000'000;

  int64_t timestamp(net::duration captured) const {
    return base + captured / 1us * 48 / 1000;
  }

  rtp::media_packet packet(net::duration captured, net::duration arrival,
                           const packet_spec& spec = {}) const {
    auto out = rtp::media_packet{make_packet(spec, at(arrival))};
    out.timestamp = timestamp(captured);
    return out;
  }

  void feed(net::duration captured, net::duration arrival) {
    clock.handle_packet(packet(captured, arrival));
  }

  bool report(net::duration when, net::duration arrival,
              net::duration error = 0ms) {
    return clock.handle_report(
        {0, wall(when + error), timestamp(when), at(arrival)});
  }

  net::duration time_of(net::duration captured, net::duration arrival) {
    return clock.time_of({0, timestamp(captured), at(arrival)}) - at(0ms);
  }
};

} // namespace

TEST_CASE("a frame's time is its capture plus the least delay") {
  clock_fixture x;
  x.feed(0ms, 50ms);
  x.report(10ms, 60ms);
  x.feed(20ms, 90ms);
  x.feed(40ms, 70ms);
  CHECK(x.time_of(0ms, 50ms) == 30ms);
  CHECK(x.time_of(20ms, 90ms) == 50ms);
}

TEST_CASE("without reports the least delay of arrival counts") {
  clock_fixture x;
  x.feed(0ms, 50ms);
  x.feed(20ms, 40ms);
  CHECK(!x.clock.ready(at(5049ms)));
  CHECK(x.clock.ready(at(5050ms)));
  CHECK(x.time_of(0ms, 50ms) == 20ms);
}

TEST_CASE("a correction moves the times by a millisecond a second") {
  clock_fixture x;
  for (auto t = 0ms; t < 1s; t += 20ms)
    x.feed(t, t + 50ms);
  x.report(990ms, 1040ms);
  CHECK(x.time_of(980ms, 1030ms) == 1030ms);
  // The next report is 100 ms late.
  CHECK(x.report(990ms, 1040ms, 100ms));
  CHECK(x.time_of(1980ms, 2030ms) == 2031ms);
  CHECK(x.time_of(2980ms, 3030ms) == 3032ms);
  CHECK(!x.clock.poll_jump());
}

TEST_CASE("a correction of more than half a second is a jump") {
  clock_fixture x;
  x.feed(0ms, 50ms);
  x.report(0ms, 50ms);
  CHECK(x.time_of(0ms, 50ms) == 50ms);
  // It shows that the packets took 600 ms longer than was known.
  x.report(0ms, 50ms, -600ms);
  x.feed(20ms, 70ms);
  CHECK(std::chrono::abs(x.time_of(20ms, 70ms) - -530ms) < 1us);
  auto jump = x.clock.poll_jump();
  REQUIRE(jump);
  CHECK(std::chrono::abs(*jump - -600ms) < 1us);
  CHECK(!x.clock.poll_jump());
}

TEST_CASE("reports that do not fit the arrivals are ignored") {
  clock_fixture x;
  x.feed(0ms, 50ms);
  CHECK(x.report(0ms, 50ms));
  // The wall clock is wrong.
  CHECK(!x.report(20ms, 70ms, 1100ms));
  CHECK(!x.report(20ms, 70ms, -20s));
  // The timestamp is wrong.
  CHECK(!x.clock.handle_report({0, wall(20ms), x.timestamp(1500ms), at(70ms)}));
  // A sender without a wall clock.
  CHECK(!x.clock.handle_report({0, {}, x.timestamp(20ms), at(70ms)}));
  CHECK(x.clock.reports_ignored() == 4);
  x.feed(20ms, 70ms);
  CHECK(x.time_of(20ms, 70ms) == 70ms);
}

TEST_CASE("a sender that sets its clock is believed the third time") {
  clock_fixture x;
  x.feed(0ms, 50ms);
  CHECK(x.report(0ms, 50ms));
  CHECK(x.time_of(0ms, 50ms) == 50ms);
  CHECK(!x.report(20ms, 70ms, 1h));
  CHECK(!x.report(40ms, 90ms, 1h));
  CHECK(x.report(60ms, 110ms, 1h));
  x.feed(60ms, 110ms);
  CHECK(x.time_of(60ms, 110ms) == 110ms);
  CHECK(!x.clock.poll_jump());
}

TEST_CASE("the times of two tracks share one offset") {
  clock_fixture audio;
  clock_fixture video;
  auto group = std::make_shared<rtp::sync_group>();
  rtp::media_clock a{{48'000, {}}, group};
  rtp::media_clock v{{48'000, {}}, group};
  // Video takes 200 ms longer.
  for (auto t = 0ms; t < 2s; t += 20ms) {
    a.handle_packet(audio.packet(t, t + 40ms));
    v.handle_packet(video.packet(t, t + 240ms));
  }
  a.handle_report({0, wall(1s), audio.timestamp(1s), at(1s)});
  CHECK(!a.ready(at(2s)));
  v.handle_report({0, wall(1s), video.timestamp(1s), at(1s)});
  CHECK(a.ready(at(2s)));
  CHECK(v.ready(at(2s)));
  for (auto t = 2000ms; t < 3s; t += 20ms) {
    a.handle_packet(audio.packet(t, t + 40ms));
    v.handle_packet(video.packet(t, t + 240ms));
  }
  auto captured = 2500ms;
  CHECK(a.time_of({0, audio.timestamp(captured), at(2540ms)}) == at(2540ms));
  CHECK(v.time_of({0, video.timestamp(captured), at(2740ms)}) == at(2540ms));
}

TEST_CASE("the capture time of packets is preferred to reports") {
  clock_fixture x;
  auto stamped = [&](net::duration captured, net::duration arrival) {
    packet_spec spec;
    auto value = octet_vector(8);
    net::store_u64(value.data(), wall(captured - 5ms).value);
    spec.extensions = {
        {rtp::default_id(rtp::extension::abs_capture_time), value}};
    x.clock.handle_packet(x.packet(captured, arrival, spec));
  };
  stamped(0ms, 50ms);
  CHECK(x.clock.ready(at(50ms)));
  CHECK(x.report(0ms, 50ms, 100ms));
  stamped(20ms, 70ms);
  x.feed(40ms, 120ms);
  CHECK(std::chrono::abs(x.time_of(40ms, 120ms) - 90ms) < 1us);
}

TEST_CASE("the offset of the capturer's clock is taken off") {
  clock_fixture x;
  packet_spec spec;
  auto value = octet_vector(16);
  net::store_u64(value.data(), wall(10s).value);
  net::store_u64(&value[8], uint64_t{9} << 32);
  spec.extensions = {
      {rtp::default_id(rtp::extension::abs_capture_time), value}};
  x.clock.handle_packet(x.packet(1s, 1050ms, spec));
  // The report of the other clock agrees.
  CHECK(x.report(1s, 1050ms));
  CHECK(x.clock.reports_ignored() == 0);
  CHECK(x.time_of(1s, 1050ms) == 1050ms);
}

TEST_CASE("after timestamps that jump, the next report is waited for") {
  clock_fixture x;
  x.feed(0ms, 50ms);
  x.report(0ms, 50ms);
  CHECK(x.clock.ready(at(50ms)));
  SUBCASE("ahead") {
    x.base += 48'000 * 3600;
  }
  SUBCASE("back") {
    x.base -= 48'000 * 3;
  }
  x.feed(20ms, 70ms);
  CHECK(!x.clock.ready(at(70ms)));
  x.report(20ms, 70ms);
  CHECK(x.clock.ready(at(70ms)));
  CHECK(std::chrono::abs(x.time_of(20ms, 70ms) - 70ms) < 1us);
}

TEST_CASE("times keep their precision for a year") {
  clock_fixture x;
  auto year = std::chrono::hours{24 * 365};
  x.feed(0ms, 50ms);
  x.report(0ms, 50ms);
  CHECK(x.time_of(year, year + 50ms) == year + 50ms);
}
