#include "bench/load/scenario/plan_traffic.hpp"

#include <doctest/doctest.h>

using namespace troupe::load;

TEST_CASE("the floor of a webinar has its speakers' audio and all receivers") {
  auto x = traffic_of(webinar_plan(3, 5), 1);
  CHECK(x.receivers == 8);
  REQUIRE(x.streams.size() == 3);
  CHECK(x.streams[0].frames == std::vector<std::vector<uint16_t>>{{130}});
  CHECK(x.streams[0].rate == 50);
  // The other two speakers and five who listen.
  CHECK(x.streams[0].receivers.size() == 7);
  // A report a second of each of eight, for three streams to seven.
  CHECK(x.rtcp_per_packet == doctest::Approx(8. / (3 * 7 * 50)));
}

TEST_CASE("the floor of a broadcast has the frames of its video") {
  auto x = traffic_of(broadcast_plan(4, traffic::v600, true), 1);
  // The sender receives nothing.
  CHECK(x.receivers == 4);
  REQUIRE(x.streams.size() == 2);
  auto& video = x.streams[0].rate == 30 ? x.streams[0] : x.streams[1];
  CHECK(video.rate == 30);
  CHECK(video.frames.size() == 90);
  CHECK(video.frames[0] == std::vector<uint16_t>(20, 1'200));
  CHECK(video.receivers == std::vector<uint32_t>{0, 1, 2, 3});
  CHECK(x.rtcp_per_packet == doctest::Approx(4 * 11. / (4 * (58 + 50))));
}

TEST_CASE("the floor sends each encoding to those who take it") {
  auto x = traffic_of(large_plan(6, 3, 2), 1);
  size_t streams = 0;
  size_t consumers = 0;
  for (const auto& one : x.streams) {
    ++streams;
    consumers += one.receivers.size();
  }
  // Audio and three encodings of each member.
  CHECK(streams == 6 * 4);
  CHECK(consumers == large_plan(6, 3, 2).consumers());
}
