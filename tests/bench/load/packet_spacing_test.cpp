#include "bench/load/media/packet_spacing.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{100s};

} // namespace

TEST_CASE("an uplink carries one packet after the other") {
  packet_spacing x{{arrivals::spaced, 8e6, 0ms}, 1};
  CHECK(x.plan(start) == start);
  x.occupy(1000);
  CHECK(x.plan(start) == start + 1ms);
  x.occupy(500);
  CHECK(x.plan(start) == start + 1500us);
  x.occupy(1000);
  // The uplink is busy with the last frame when the next one is ready, and idle
  // when the one after it is.
  CHECK(x.plan(start + 2ms) == start + 2500us);
  x.occupy(1000);
  CHECK(x.plan(start + 20ms) == start + 20ms);
}

TEST_CASE("jitter delays packets, but neither reorders them nor adds up") {
  // The jitter is longer than the packets.
  packet_spacing x{{arrivals::spaced, 8e6, 5ms}, 7};
  auto last = net::time_point::min();
  auto jittered = 0;
  for (int i = 0; i < 1000; ++i) {
    auto at = x.plan(start);
    x.occupy(1000);
    auto slot = start + i * 1ms;
    CHECK(at >= last);
    CHECK(at >= slot);
    CHECK(at < slot + 5ms);
    jittered += at > slot ? 1 : 0;
    last = at;
  }
  CHECK(jittered > 900);
}

TEST_CASE("jitter repeats with the seed and differs between seeds") {
  auto times = [](uint64_t seed) {
    packet_spacing x{{}, seed};
    std::vector<net::time_point> out;
    for (int i = 0; i < 20; ++i) {
      out.push_back(x.plan(start));
      x.occupy(1200);
    }
    return out;
  };
  CHECK(times(1) == times(1));
  CHECK(times(1) != times(2));
}

TEST_CASE("a burst sends packets when their frame is ready") {
  packet_spacing x{{arrivals::burst, 8e6, 5ms}, 7};
  for (int i = 0; i < 10; ++i) {
    CHECK(x.plan(start + i * 1ms) == start + i * 1ms);
    x.occupy(100'000);
  }
}

TEST_CASE("kinds of arrivals have names") {
  for (auto x : {arrivals::spaced, arrivals::burst})
    CHECK(arrivals_from(to_string(x)) == x);
  CHECK_FALSE(arrivals_from("bursts"));
}
