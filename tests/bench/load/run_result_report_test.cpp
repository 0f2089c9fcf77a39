#include "bench/load/report/run_result.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

namespace {

using namespace troupe::load;

// A result in which no member has its default value.
run_result full_result() {
  run_result run;
  run.scenario = "broadcast";
  run.parameters = {{"receivers", 100}, {"cores", 1}, {"loss", 0.05}};
  run.labels = {{"traffic", "v600"}, {"dialect", "A \"quoted\" \n é"}};
  run.server = "troupe";
  run.command = "troupe --rtc.port=0";
  run.commit = "abc1234+";
  run.machine = {"A CPU", 2, "Linux 6.1", 0.25};
  run.date = "2026-01-31T12:00:00Z";
  run.seconds = 10;
  run.in = {1'000, 1'200'000};
  run.out = {100'000, 125'000'000};
  run.costs = {200'000'000, 50'000'000,
               150'000'000, 12'000,
               34,          {{"io", 120'000'000}, {"caf", 80'000'000}},
               64 << 20};
  run.audio = {30'000, 29'990, 10, 2, 3, {1'500, 0.1, 0.5, 0.75, 1.25}};
  run.video = {70'010, 70'010, 0, 0, 1, {3'500, 0.2, 0.9, 1.5, 2.5}};
  run.frame_latency = {900, 0.3, 1, 1.6, 2.6};
  run.keyframe_latency = {30, 0.4, 2, 3, 3.5};
  run.join = {100, 15, 40, 45, 46};
  run.join_server = {100, 5, 20, 22, 23};
  run.octets_per_peer = 48'200.5;
  run.octets_per_consumer = 4'000;
  run.mean_batch = 31.5;
  run.mean_gso_run = 3.25;
  run.floor = floor_report{
      "openssl",
      {{130, 1, 3'000, 2'900, 3'100, 1}, {1'200, 1, 4'000, 1, 2, .5, 6, 7}}};
  run.batched_floor = batched_floor{990, 1'010};
  run.extra = {{"requestsPerSecond", 1234.5}};
  run.void_reasons = {"the generator fell behind", "another"};
  return run;
}

} // namespace

TEST_CASE("a result is unchanged after a round trip through JSON") {
  auto run = full_result();
  auto back = from_json(to_json(run));
  REQUIRE(back);
  CHECK(*back == run);
  CHECK(to_json(*back) == to_json(run));
}

TEST_CASE("an empty result is unchanged after a round trip through JSON") {
  auto back = from_json(to_json(run_result{}));
  REQUIRE(back);
  CHECK(*back == run_result{});
  CHECK_FALSE(back->floor);
  CHECK_FALSE(back->is_void());
}

TEST_CASE("a result from before frames were measured has no frame latency") {
  auto text = to_json(full_result());
  for (auto name : {"\"frameLatencyMs\"", "\"keyframeLatencyMs\""}) {
    auto at = text.find(name);
    REQUIRE(at != std::string::npos);
    text.replace(at, 2, "\"_");
  }
  auto back = from_json(text);
  REQUIRE(back);
  CHECK(back->frame_latency == time_quantiles{});
  CHECK(back->keyframe_latency == time_quantiles{});
  CHECK(back->video == full_result().video);
  CHECK(to_table(*back).find("frame latency") == std::string::npos);
}

TEST_CASE("JSON that is not a result is refused") {
  CHECK_FALSE(from_json(""));
  CHECK_FALSE(from_json("[]"));
  CHECK_FALSE(from_json("{\"scenario\":5}"));
  CHECK_FALSE(from_json("{\"in\":{\"packets\":-1}}"));
  CHECK_FALSE(from_json("{\"in\":{\"packets\":1.5}}"));
  CHECK_FALSE(from_json("{\"void\":[1]}"));
  CHECK_FALSE(from_json("{\"machine\":{\"cores\":4294967296}}"));
  CHECK_FALSE(from_json(std::string(100'000, '[')));
  CHECK(from_json("{\"further\":{\"x\":[1]}}"));
}

TEST_CASE("runs are read from one object, a list and a comparison") {
  auto one = to_json(full_result());
  auto runs_of = [](const std::string& text) {
    auto runs = runs_from_json(text);
    return runs ? runs->size() : 0;
  };
  CHECK(runs_of(one) == 1);
  CHECK(runs_of("[" + one + "," + one + "]") == 2);
  CHECK(runs_of("{\"a\":\"old\",\"runs\":[" + one + "]}") == 1);
  CHECK_FALSE(runs_from_json("[5]"));
  CHECK_FALSE(runs_from_json("5"));
  CHECK_FALSE(runs_from_json("{"));
}

TEST_CASE("NaN is written as null and read as zero") {
  run_result run;
  run.extra["ratio"] = std::nan("");
  auto back = from_json(to_json(run));
  REQUIRE(back);
  CHECK(back->extra.at("ratio") == 0);
}

TEST_CASE("rates and the cost per packet follow from the totals") {
  auto run = full_result();
  CHECK(packets_per_second(run, run.in) == 100);
  CHECK(packets_per_second(run, run.out) == 10'000);
  CHECK(gigabits_per_second(run, run.out) == doctest::Approx(0.1));
  CHECK(cpu_ns_per_packet(run) == 2'000);
}

TEST_CASE(
    "the floor of a mix is weighted by the received packets of each kind") {
  auto run = full_result();
  run.audio.received = 30;
  run.video.received = 70;
  CHECK(floor_ns_per_packet(run) == doctest::Approx(3'700));
  CHECK(*floor_ratio(run) == doctest::Approx(2'000 / 3'700.));
  run.video.received = 0;
  CHECK(floor_ns_per_packet(run) == doctest::Approx(3'000));
}

TEST_CASE("the fan-out floor is that of the widest measured fan-out") {
  auto run = full_result();
  run.audio.received = 0;
  CHECK_FALSE(fanout_floor_ratio(run));
  run.floor->figures.push_back({1'200, 10, 2'500, 0, 0, 1, 0, 0});
  run.floor->figures.push_back({1'200, 100, 1'600, 0, 0, 1, 0, 0});
  CHECK(*fanout_floor_ratio(run) == doctest::Approx(1.25));
  CHECK(*floor_ratio(run) == doctest::Approx(0.5));
}

TEST_CASE("the ratio to the batched floor is to its mean over the run") {
  auto run = full_result();
  CHECK(*batched_floor_ns_per_packet(run) == doctest::Approx(1'000));
  CHECK(*batched_floor_ratio(run) == doctest::Approx(2));
  CHECK(to_table(run).find("ratio to the batched floor") != std::string::npos);
  run.out = {};
  CHECK_FALSE(batched_floor_ratio(run));
}

TEST_CASE("a batched floor that changes during the run gives no ratio") {
  auto run = full_result();
  run.batched_floor = batched_floor{1'000, 1'099};
  CHECK(batched_floor_ratio(run));
  for (auto floor : {batched_floor{1'000, 1'101}, batched_floor{1'101, 1'000},
                     batched_floor{1'000, 0}}) {
    run.batched_floor = floor;
    CHECK_FALSE(batched_floor_ratio(run));
    CHECK(to_table(run).find("it changed during the run") != std::string::npos);
  }
}

TEST_CASE("a result of an older file has no batched floor") {
  auto run = from_json(R"({"scenario": "webinar", "out": {"packets": 1}})");
  REQUIRE(run);
  CHECK_FALSE(run->batched_floor);
  CHECK_FALSE(batched_floor_ratio(*run));
  CHECK(to_table(*run).find("batched floor") == std::string::npos);
}

TEST_CASE("without packets, or without their floor, there is no ratio") {
  auto run = full_result();
  run.floor->figures.pop_back();
  CHECK_FALSE(floor_ratio(run));
  run.floor.reset();
  CHECK_FALSE(floor_ratio(run));
  run = full_result();
  run.out = {};
  CHECK_FALSE(cpu_ns_per_packet(run));
  CHECK_FALSE(floor_ratio(run));
  run.seconds = 0;
  CHECK(packets_per_second(run, run.in) == 0);
}

TEST_CASE("quantiles are the nearest ranks") {
  std::vector<double> all(1'000);
  std::iota(all.rbegin(), all.rend(), 1);
  CHECK(quantiles_of(all) == time_quantiles{1'000, 500, 990, 999, 1'000});
  CHECK(quantiles_of({7}) == time_quantiles{1, 7, 7, 7, 7});
  CHECK(quantiles_of({2, 1}) == time_quantiles{2, 1, 2, 2, 2});
  CHECK(quantiles_of({}) == time_quantiles{});
}

TEST_CASE("costs keep the CPU time of threads by name") {
  process_usage usage;
  usage.cpu = std::chrono::nanoseconds{100};
  usage.by_name = {{"io", 2, std::chrono::nanoseconds{60}, 1, 2}};
  auto costs = costs_of(usage, 4'096);
  CHECK(costs.cpu_ns == 100);
  CHECK(costs.threads.at("io") == 60);
  CHECK(costs.resident == 4'096);
}

TEST_CASE("a table begins with the reasons for a void run") {
  auto table = to_table(full_result());
  CHECK(table.starts_with("VOID: the generator fell behind\nVOID: another\n"));
  CHECK(table.find("CPU per forwarded packet") != std::string::npos);
  CHECK(table.find("2,000 ns") != std::string::npos);
  CHECK(table.find("10,000 packets/s") != std::string::npos);
  CHECK(table.find("p99 0.900 ms") != std::string::npos);
  CHECK(table.find("\nframe latency") != std::string::npos);
  CHECK(table.find("\nkey-frame latency") != std::string::npos);
  CHECK(to_table(run_result{}).find("VOID") == std::string::npos);
}
