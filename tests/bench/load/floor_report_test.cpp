#include "bench/load/report/floor.hpp"

#include <doctest/doctest.h>

using namespace troupe::load;
using namespace std::chrono_literals;

TEST_CASE("the floor is measured once for every size and fan-out") {
  floor_options options;
  options.fan_outs = {3, 1, 3};
  options.receivers = 2;
  options.repetitions = 3;
  options.slice = 1ms;
  options.backend = troupe::net::srtp_backend::openssl;
  auto report = measure_floor(options);
  REQUIRE(report.has_value());
  CHECK(report->backend == "openssl");
  CHECK(report->figures.size() == 4);
  for (size_t fan_out : {1, 3}) {
    for (auto octets : {audio_octets, video_octets}) {
      auto* figure = report->find(octets, fan_out);
      REQUIRE(figure != nullptr);
      CHECK(figure->median_ns > 0);
      CHECK(figure->low_ns <= figure->median_ns);
      CHECK(figure->high_ns >= figure->median_ns);
      CHECK(figure->received > 0);
      CHECK(figure->sent == figure->received * fan_out);
      // Only complete packets count, so encryption must not have failed.
      CHECK(figure->delivered > 0);
      CHECK(figure->delivered <= 1);
    }
  }
  CHECK(report->find(700) == nullptr);
}

TEST_CASE("a size that no packet can have is an error") {
  floor_options options;
  options.octets = {36};
  CHECK_FALSE(measure_floor(options).has_value());
  options.octets = {4'000};
  CHECK_FALSE(measure_floor(options).has_value());
}

TEST_CASE("a spread has the median and the quartiles") {
  auto figure = quartiles_of({5, 1, 4, 2, 3});
  CHECK(figure.low_ns == 2);
  CHECK(figure.median_ns == 3);
  CHECK(figure.high_ns == 4);
  CHECK(quartiles_of({2, 1}).median_ns == 1.5);
  CHECK(quartiles_of({}).median_ns == 0);
}

TEST_CASE("a floor's table names both kinds") {
  floor_report report{"openssl",
                      {{1'200, 1, 3'456.4, 3'400, 3'500, 1},
                       {1'200, 100, 2'500, 2'400, 2'600, 0.995}}};
  auto table = to_table(report);
  CHECK(table.find("\nfloor ") != std::string::npos);
  CHECK(table.find("\nfanout_floor ") != std::string::npos);
  CHECK(table.find("3,456") != std::string::npos);
  CHECK(table.find("99.5 %") != std::string::npos);
}
