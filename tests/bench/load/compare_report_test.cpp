#include "bench/load/report/compare.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <deque>

namespace {

using namespace troupe::load;

run_result costing(uint64_t ns_per_packet) {
  run_result run;
  run.seconds = 1;
  run.out = {1'000, 1'200'000};
  run.costs.cpu_ns = ns_per_packet * 1'000;
  run.video.lost = 1;
  return run;
}

const server_under_test a{"old", "a", {}, "", 0};
const server_under_test b{"new", "b", {}, "", 0};

paired_ratio find(const comparison& in, const std::string& metric) {
  auto found = std::ranges::find(in.ratios, metric, &paired_ratio::metric);
  REQUIRE(found != in.ratios.end());
  return *found;
}

} // namespace

TEST_CASE("servers take turns in the order AB BA") {
  std::string order;
  auto result = compare(
      a, b,
      [&](const server_under_test& server) {
        order += server.binary;
        return costing(server.binary == "a" ? 4'000 : 2'000);
      },
      4);
  CHECK(order == "abbaabba");
  CHECK(result.runs.size() == 8);
  CHECK(result.runs[2].labels.at("side") == "B");
  auto cost = find(result, "CPU ns per packet");
  CHECK(cost.pairs == 4);
  CHECK(cost.ratio == doctest::Approx(0.5));
  CHECK(cost.median_a == 4'000);
  CHECK(cost.median_b == 2'000);
  CHECK(cost.significant());
  CHECK(find(result, "packets/s out").ratio == doctest::Approx(1));
  CHECK_FALSE(find(result, "packets/s out").significant());
  CHECK(result.lost_a == 4);
  CHECK(result.lost_b == 4);
}

TEST_CASE("a drift that affects both servers leaves the ratio unchanged") {
  double drift = 1;
  auto result = compare(
      a, b,
      [&](const server_under_test& server) {
        drift *= 1.01;
        auto cost = server.binary == "a" ? 3'000. : 3'600.;
        return costing(static_cast<uint64_t>(cost * drift));
      },
      8);
  auto cost = find(result, "CPU ns per packet");
  CHECK(cost.ratio == doctest::Approx(1.2).epsilon(0.002));
  CHECK(cost.significant());
}

TEST_CASE("a pair with a void run is discarded and repeated") {
  int runs = 0;
  auto result = compare(
      a, b,
      [&](const server_under_test&) {
        auto run = costing(1'000);
        if (++runs == 2)
          run.void_reasons = {"the generator fell behind"};
        return run;
      },
      3);
  CHECK(runs == 8);
  CHECK(find(result, "CPU ns per packet").pairs == 3);
  REQUIRE(result.left_out.size() == 1);
  CHECK(result.left_out[0] == "B: the generator fell behind");
  CHECK(result.lost_b == 3);
}

TEST_CASE("a comparison of servers whose runs are all void is abandoned") {
  int runs = 0;
  auto result = compare(
      a, b,
      [&](const server_under_test&) {
        ++runs;
        auto run = costing(1'000);
        run.void_reasons = {"x"};
        return run;
      },
      3);
  CHECK(runs == 12);
  CHECK(result.ratios.empty());
  CHECK(result.left_out.size() == 6);
}

TEST_CASE("the interval is Student's t on the logarithms") {
  // Logarithms of the ratios: 0.1, 0.2, 0.3, so mean 0.2 and s = 0.1; with two
  // degrees of freedom t = 4.303, half the width 4.303 * 0.1 / sqrt(3).
  auto ratio = ratio_of(
      {{1, std::exp(0.1)}, {2, 2 * std::exp(0.2)}, {10, 10 * std::exp(0.3)}});
  CHECK(ratio.pairs == 3);
  CHECK(std::log(ratio.ratio) == doctest::Approx(0.2));
  auto half = 4.303 * 0.1 / std::sqrt(3.);
  CHECK(std::log(ratio.low.value()) == doctest::Approx(0.2 - half));
  CHECK(std::log(ratio.high.value()) == doctest::Approx(0.2 + half));
  CHECK_FALSE(ratio.significant());
}

TEST_CASE("servers are compared by the latency of whole frames") {
  auto result = compare(
      a, b,
      [&](const server_under_test& server) {
        auto run = costing(1'000);
        auto by = server.binary == "a" ? 1. : 3.;
        run.frame_latency = {100, 1 * by, 2 * by, 3 * by, 4 * by};
        if (server.binary == "a")
          run.keyframe_latency = {100, 1, 2, 3, 4};
        return run;
      },
      3);
  CHECK(find(result, "frame latency p50").ratio == doctest::Approx(3));
  CHECK(find(result, "frame latency p99").median_b == doctest::Approx(6));
  // Only one server has this figure.
  const auto& all = result.ratios;
  CHECK(std::ranges::find(all, "key-frame latency p99", &paired_ratio::metric)
        == all.end());
}

TEST_CASE("two pairs have a ratio but no interval, none have neither") {
  auto two = ratio_of({{1, 2}, {1, 2}, {0, 5}, {3, 0}});
  CHECK(two.pairs == 2);
  CHECK(two.ratio == doctest::Approx(2));
  CHECK_FALSE(two.low);
  CHECK_FALSE(two.significant());
  CHECK(ratio_of({}).pairs == 0);
}

TEST_CASE("many pairs use the last tabulated quantile of t") {
  std::vector<std::pair<double, double>> pairs(100, {1, 1.5});
  pairs.front().second = 1.6;
  auto ratio = ratio_of(pairs);
  CHECK(ratio.significant());
  CHECK(ratio.low > 1.49);
}

TEST_CASE("a comparison's table names the better server for each metric") {
  auto run = [&](const server_under_test& server) {
    auto out = costing(server.binary == "a" ? 4'000 : 2'000);
    out.out.packets = server.binary == "a" ? 2'000 : 1'000;
    return out;
  };
  auto result = compare(a, b, run, 3);
  auto text = to_table(result);
  CHECK(text.starts_with("A: old (a)\nB: new (b)\n"));
  auto line_of = [&](const std::string& name) {
    auto at = text.find("\n" + name) + 1;
    return text.substr(at, text.find('\n', at) - at);
  };
  CHECK(line_of("packets/s out").ends_with("A is better"));
  CHECK(line_of("CPU ns per packet").ends_with("no difference shown"));
  CHECK(text.find("packets lost: A 3, B 3") != std::string::npos);
  auto json = to_json(result);
  CHECK(json.find("\"metric\": \"packets/s out\"") != std::string::npos);
  CHECK(json.find("\"cpuNsPerPacket\"") != std::string::npos);
}
