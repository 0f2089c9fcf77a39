#include "rtp/receive/nack_generator.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

TEST_CASE("a gap is requested after the grace, then once per round trip") {
  rtp::nack_generator x;
  x.set_round_trip_time(60ms);
  auto lost = std::vector<uint16_t>{};
  x.handle_packet(65535, at(0ms));
  x.handle_packet(65538, at(0ms));
  CHECK(x.poll(at(5ms), lost) == 0);
  CHECK(x.poll_timeout() == at(10ms));
  CHECK(x.poll(at(10ms), lost) == 2);
  CHECK(lost == std::vector<uint16_t>{0, 1});
  CHECK(x.poll(at(69ms), lost) == 0);
  CHECK(x.poll(at(70ms), lost) == 2);
  CHECK(x.handle_packet(65536, at(71ms)) == 2);
  lost.clear();
  CHECK(x.poll(at(130ms), lost) == 1);
  CHECK(lost == std::vector<uint16_t>{1});
}

TEST_CASE("reordered packets are not requested") {
  rtp::nack_generator x;
  auto lost = std::vector<uint16_t>{};
  x.handle_packet(10, at(0ms));
  x.handle_packet(12, at(0ms));
  x.handle_packet(11, at(4ms));
  CHECK(x.poll(at(1s), lost) == 0);
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE("a packet is requested at most ten times") {
  rtp::nack_generator x;
  auto lost = std::vector<uint16_t>{};
  x.handle_packet(1, at(0ms));
  x.handle_packet(3, at(0ms));
  for (auto t = 0ms; t < 10s; t += 5ms)
    x.poll(at(t), lost);
  CHECK(lost.size() == 10);
  CHECK(x.missing() == 0);
}

TEST_CASE("too many missing packets are given up at once") {
  rtp::nack_generator x;
  auto lost = std::vector<uint16_t>{};
  x.handle_packet(100, at(0ms));
  x.handle_packet(700, at(0ms));
  CHECK(x.missing() == 599);
  CHECK_FALSE(x.poll_gave_up());
  x.handle_packet(1300, at(0ms));
  CHECK(x.poll_gave_up());
  CHECK_FALSE(x.poll_gave_up());
  CHECK(x.missing() == 0);
}
