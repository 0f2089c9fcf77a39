#include "rtp/send/pacer.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr size_t packet = 1000;

// The octets sent in nine seconds at 100,000 octets per second, if the pacer is
// called in these steps.
size_t passed(net::duration step, bool waiting) {
  rtp::pacer x;
  x.set_rate(800'000);
  x.engage(true, at(0ms));
  size_t out = 0;
  for (auto now = at(0ms) + step; now <= at(9s); now += step)
    for (x.handle_timeout(now, waiting); x.open(); x.spend(packet))
      out += packet;
  return out;
}

} // namespace

TEST_CASE("a server that is always late still sends at the full rate") {
  CHECK(passed(5ms, true) == doctest::Approx(900'000).epsilon(0.01));
  CHECK(passed(90ms, true) == doctest::Approx(900'000).epsilon(0.01));
  CHECK(passed(300ms, true) == doctest::Approx(900'000).epsilon(0.01));
}

TEST_CASE("at most a burst is sent at once if no packet waited") {
  CHECK(passed(90ms, false) < 500'000);
  rtp::pacer x;
  x.set_rate(800'000);
  x.engage(true, at(0ms));
  x.handle_timeout(at(10s), false);
  size_t out = 0;
  for (; x.open(); x.spend(packet))
    out += packet;
  CHECK(out == 4000);
}

TEST_CASE("elapsed time counts only for the packets that waited in it") {
  rtp::pacer x;
  x.set_rate(800'000);
  x.engage(true, at(0ms));
  x.handle_timeout(at(10s), true);
  x.handle_timeout(at(10s), false);
  size_t out = 0;
  for (; x.open(); x.spend(packet))
    out += packet;
  CHECK(out == 4000);
}
