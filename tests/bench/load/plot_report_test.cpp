#include "bench/load/report/plot.hpp"

#include <doctest/doctest.h>

namespace {

using namespace troupe::load;

run_result measured(double receivers, double cores, uint64_t packets,
                    double p99) {
  run_result run;
  run.parameters = {{"receivers", receivers}, {"cores", cores}};
  run.seconds = 1;
  run.out.packets = packets;
  run.video.received = packets;
  run.video.latency = {packets, p99 / 4, p99, p99, p99};
  return run;
}

size_t count(const std::string& text, const std::string& what) {
  size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1))
    ++n;
  return n;
}

} // namespace

TEST_CASE("ticks are steps of 1, 2 or 5 that reach the largest value") {
  CHECK(axis_ticks(100) == std::vector<double>{0, 20, 40, 60, 80, 100});
  CHECK(axis_ticks(7).back() == 8);
  CHECK(axis_ticks(0.9)[1] == doctest::Approx(0.2));
  CHECK(axis_ticks(41'000).back() == 50'000);
  CHECK(axis_ticks(0) == std::vector<double>{0, 1});
  CHECK(axis_ticks(-3) == std::vector<double>{0, 1});
}

TEST_CASE("a scaling chart has a line for each number of cores") {
  std::vector runs{measured(200, 1, 20'000, 1), measured(100, 1, 10'000, 0.5),
                   measured(100, 2, 18'000, 0.4)};
  auto charts = scaling_charts(runs);
  REQUIRE(charts.size() == 3);
  auto& rate = charts[0].series;
  REQUIRE(rate.size() == 2);
  CHECK(rate[0].label == "1 core");
  REQUIRE(rate[0].points.size() == 2);
  CHECK(rate[0].points[0].x == 100);
  CHECK(rate[0].points[0].y == 10'000);
  CHECK(rate[0].points[1].x == 200);
  CHECK(rate[1].label == "2 cores");
  auto& delay = charts[2].series;
  REQUIRE(delay.size() == 4);
  // Ordered by quantile first, and by cores within a quantile.
  CHECK(delay[0].label == "1 core, p50");
  CHECK(delay[3].label == "2 cores, p99");
  CHECK(delay[3].points[0].y == 0.4);
}

TEST_CASE("runs with several rooms have lines of their own") {
  std::vector runs{measured(100, 1, 10'000, 1), measured(100, 1, 30'000, 2)};
  runs[0].scenario = runs[1].scenario = "webinar";
  runs[0].parameters["rooms"] = 1;
  runs[1].parameters["rooms"] = 3;
  auto rate = scaling_charts(runs)[0].series;
  REQUIRE(rate.size() == 2);
  CHECK(rate[0].label == "webinar, 1 core");
  CHECK(rate[1].label == "webinar, 3 rooms, 1 core");
}

TEST_CASE("the floor is drawn beside the CPU, one line for all cores") {
  std::vector runs{measured(100, 1, 1'000, 1), measured(100, 2, 1'000, 1),
                   measured(200, 1, 2'000, 1)};
  runs[0].costs.cpu_ns = 2'500'000;
  for (auto& run : runs)
    run.floor = floor_report{"openssl", {{1'200, 1, 3'000, 0, 0, 1}}};
  auto cost = scaling_charts(runs)[1].series;
  REQUIRE(cost.size() == 3);
  CHECK(cost[0].points[0].y == 2.5);
  CHECK(cost[2].label == "floor");
  REQUIRE(cost[2].points.size() == 2);
  CHECK(cost[2].points[0].y == 3);
}

TEST_CASE("lines are named by their traffic if it differs") {
  std::vector runs{measured(100, 1, 10, 1), measured(100, 1, 30, 1)};
  for (auto& run : runs)
    run.scenario = "broadcast";
  runs[0].labels["traffic"] = "v600";
  runs[1].labels["traffic"] = "v1500";
  auto rate = scaling_charts(runs)[0].series;
  REQUIRE(rate.size() == 2);
  CHECK(rate[0].label == "broadcast v1500, 1 core");
  CHECK(rate[1].label == "broadcast v600, 1 core");
}

TEST_CASE(
    "runs with equal parameters yield their median; void runs are left out") {
  std::vector runs{measured(100, 1, 10, 1), measured(100, 1, 30, 1),
                   measured(100, 1, 20, 1), measured(100, 1, 900, 1),
                   measured(100, 1, 900, 1)};
  runs[3].void_reasons = {"x"};
  runs[4].parameters.erase("receivers");
  auto charts = scaling_charts(runs);
  REQUIRE(charts[0].series.size() == 1);
  REQUIRE(charts[0].series[0].points.size() == 1);
  CHECK(charts[0].series[0].points[0].y == 20);
}

TEST_CASE("a chart is drawn to its axes") {
  chart drawn{"Rate <of> one & all", "receivers", "packets/s", {}};
  drawn.series.push_back({"1 core", {{0, 0}, {100, 5'000}}});
  drawn.series.push_back({"2 cores", {{50, 10'000}}});
  auto svg = to_svg({&drawn, 1});
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(svg.ends_with("</svg>\n"));
  CHECK(svg.find("prefers-color-scheme: dark") != std::string::npos);
  CHECK(svg.find("Rate &lt;of&gt; one &amp; all") != std::string::npos);
  // From the origin (84, 248) to the right edge at half the height.
  CHECK(svg.find("points=\"84.0,248.0 490.0,144.0\"") != std::string::npos);
  CHECK(svg.find("points=\"287.0,40.0\"") != std::string::npos);
  CHECK(svg.find(">10,000</text>") != std::string::npos);
  CHECK(svg.find(">2 cores</text>") != std::string::npos);
  CHECK(count(svg, "<polyline") == 2);
  // A marker for each point, and one for each entry of the legend.
  CHECK(count(svg, "<path") == 5);
  CHECK(count(svg, "<g ") == count(svg, "</g>"));
}

TEST_CASE(
    "without runs the charts are empty but have axes, the same each time") {
  auto charts = scaling_charts({});
  auto svg = to_svg(charts);
  CHECK(count(svg, "<polyline") == 0);
  CHECK(count(svg, "<g ") == 3);
  CHECK(svg == to_svg(charts));
  CHECK(svg.find("nan") == std::string::npos);
}
