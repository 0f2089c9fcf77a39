#include "rtp/base/clock.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace std::chrono_literals;

TEST_CASE("NTP counts from 1900 (RFC 3550, section 4)") {
  auto now = net::time_point{100s};
  auto clock = rtp::ntp_clock::from_unix(now, 0s);
  CHECK(clock.at(now).value == uint64_t{2'208'988'800} << 32);
  CHECK(clock.at(now + 500ms).value
        == ((uint64_t{2'208'988'800} << 32) | 0x80000000));
  CHECK(clock.at(now - 500ms).value
        == ((uint64_t{2'208'988'799} << 32) | 0x80000000));
  CHECK(clock.at(now + 1s).middle() == uint32_t{2'208'988'801} << 16);
}

TEST_CASE("NTP times are translated back, across the wrap of 2036") {
  auto start = net::time_point{5h};
  // Ten seconds before 2^32 s after 1900.
  auto clock = rtp::ntp_clock::from_unix(
      start, std::chrono::seconds{4'294'967'286 - 2'208'988'800});
  for (auto x : {0ms, 9'999ms, 10'000ms, 10'001ms, 60'000ms}) {
    auto t = start + x;
    auto back = clock.to_time(clock.at(t), start + 5s);
    CHECK(back <= t);
    CHECK(back >= t - 1ns);
  }
  CHECK(clock.at(start + 10s).value == 0);
}

TEST_CASE("durations are converted to 16.16 seconds and back") {
  CHECK(rtp::to_compact_ntp(1500ms) == 0x00018000);
  CHECK(rtp::to_compact_ntp(-1s) == 0);
  CHECK(rtp::to_compact_ntp(65536s) == 0xFFFFFFFF);
  CHECK(rtp::from_compact_ntp(0x00018000) == 1500ms);
}

TEST_CASE("the round trip of RFC 3550, figure 2, takes 6.125 s") {
  auto rtt = rtp::round_trip_time(0xb710'8000, 0xb705'2000, 0x0005'4000);
  REQUIRE(rtt);
  CHECK(*rtt == 6125ms);
}

TEST_CASE("round trips wrap, are never negative, and need a report") {
  CHECK_FALSE(rtp::round_trip_time(5, 0, 0));
  CHECK(*rtp::round_trip_time(0x00008000, 0xFFFF8000, 0) == 1s);
  auto least = rtp::round_trip_time(100, 90, 11);
  REQUIRE(least);
  CHECK(*least > 0s);
  CHECK(*least < 20us);
}
