#include "rtp/bwe/remb_link.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using rtp::remb_link;

TEST_CASE("an estimate below the send rate shows congestion unless it rises") {
  remb_link x;
  CHECK_FALSE(x.congested(1'000'000, at(0s)));
  x.handle_remb(100'000, at(0s));
  CHECK(x.congested(300'000, at(0s)));
  CHECK_FALSE(x.congested(100'000, at(0s)));
  // It grows by 8 % per second, as libwebrtc's receivers do.
  auto bps = 100'000.0;
  for (auto t = 1s; t <= 10s; t += 1s) {
    bps *= 1.08;
    x.handle_remb(static_cast<uint64_t>(bps), at(t));
    REQUIRE_FALSE(x.congested(300'000, at(t)));
  }
  CHECK_FALSE(x.congested(300'000, at(12s)));
  CHECK(x.congested(300'000, at(14s)));
}

TEST_CASE("an estimate that falls and stays there is not rising") {
  remb_link x;
  for (auto t = 0s; t < 20s; t += 1s) {
    x.handle_remb(t < 3s ? 200'000 : 85'000, at(t));
    x.handle_remb(85'500, at(t + 500ms));
    if (t > 6s)
      REQUIRE(x.congested(300'000, at(t)));
  }
}

TEST_CASE("a starved video is tried again at growing intervals") {
  remb_link x;
  x.handle_remb(50'000, at(0s));
  std::vector<int> tries;
  for (auto t = 0s; t < 300s; t += 1s) {
    // Each attempt lasts 4 s.
    auto trying = !tries.empty() && t.count() - tries.back() < 4;
    if (x.try_again(!trying, at(t)))
      tries.push_back(static_cast<int>(t.count()));
  }
  CHECK(tries == std::vector{5, 19, 43, 87, 151, 215, 279});
  // During an attempt, the estimate has time to rise.
  CHECK_FALSE(x.congested(300'000, at(281s)));
  CHECK(x.congested(300'000, at(283s)));
}

TEST_CASE("a video that had lasted is tried again soon when it is dropped") {
  remb_link x;
  x.handle_remb(50'000, at(0s));
  auto t = 0s;
  for (int tries = 0; tries < 4; t += 1s)
    tries += x.try_again(true, at(t)) ? 1 : 0;
  for (auto end = t + 30s; t < end; t += 1s)
    CHECK_FALSE(x.try_again(false, at(t)));
  auto lost = t;
  while (!x.try_again(true, at(t)))
    t += 1s;
  CHECK(t - lost == remb_link::first_wait);
}
