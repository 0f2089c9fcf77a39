#include "rtp/bwe/reordering.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe::rtp;
using namespace std::chrono_literals;

namespace {

constexpr auto start = time_point{} + 100s;

packet_report arrived(duration sent, duration received) {
  return {start + sent, received, 1000, std::nullopt};
}

using reports = std::vector<packet_report>;

} // namespace

TEST_CASE("a missing packet is lost at once if packets keep their order") {
  reordering x;
  x.add(reports{arrived(0ms, 30ms), arrived(10ms, 40ms)}, start);
  x.add(reports{arrived(20ms, 50ms), arrived(30ms, 50ms)}, start + 50ms);
  CHECK(x.window() == 0ms);
  CHECK(x.newest() == start + 30ms);
}

TEST_CASE("an overtaken packet widens the window for later ones") {
  SUBCASE("within one feedback") {
    reordering x;
    x.add(reports{arrived(0ms, 90ms), arrived(40ms, 60ms), arrived(50ms, 95ms)},
          start);
    CHECK(x.window() == 50ms);
  }
  SUBCASE("across two feedback packets") {
    reordering x;
    x.add(reports{arrived(10ms, 40ms), arrived(40ms, 60ms)}, start);
    x.add(reports{arrived(0ms, 90ms), arrived(50ms, 95ms)}, start + 50ms);
    CHECK(x.window() == 50ms);
    CHECK(x.newest() == start + 50ms);
  }
}

TEST_CASE(
    "the reordering window is bounded, and ends when packets keep order") {
  reordering x;
  x.add(reports{arrived(0ms, 30ms), arrived(10s, 20ms)}, start);
  CHECK(x.window() == 625ms);
  x.add(reports{arrived(10s, 10s)}, start + 5s);
  CHECK(x.window() == 625ms);
  x.add(reports{arrived(11s, 11s)}, start + 10s);
  CHECK(x.window() == 0ms);
}
