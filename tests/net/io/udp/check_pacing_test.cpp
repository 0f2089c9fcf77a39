#include "net/io/udp/check_pacing.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1000s};

} // namespace

TEST_CASE("a socket with many checks and nothing else is paused") {
  check_pacing x;
  CHECK(x.handle_burst(2, 2, start));
  CHECK(x.handle_burst(9, 9, start + 5ms));
}

TEST_CASE("checks that come one by one are paused if they are dense") {
  check_pacing x;
  CHECK_FALSE(x.handle_burst(1, 1, start));
  CHECK(x.handle_burst(1, 1, start + 4ms));
  CHECK_FALSE(x.handle_burst(1, 1, start + 9ms));
}

TEST_CASE("a pause in which nothing came is the last one") {
  check_pacing x;
  CHECK(x.handle_burst(2, 2, start));
  CHECK_FALSE(x.handle_burst(0, 0, start + 5ms));
}

TEST_CASE("another datagram ends the pauses for a second") {
  check_pacing x;
  CHECK_FALSE(x.handle_burst(9, 8, start));
  CHECK_FALSE(x.handle_burst(9, 9, start + 1s - 1ms));
  CHECK(x.handle_burst(9, 9, start + 1s));
}
