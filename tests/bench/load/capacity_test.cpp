#include "bench/load/scenario/capacity.hpp"
#include "bench/load/scenario/server_end.hpp"

#include <doctest/doctest.h>

#include <rapidjson/document.h>

#include <iterator>
#include <sstream>

namespace troupe::test {

using namespace load;

namespace {

run_options webinar() {
  run_options out;
  out.scenario = "webinar";
  out.seconds = 10;
  return out;
}

run_result good_run() {
  run_result out;
  out.scenario = "webinar";
  out.machine.cores = 2;
  out.seconds = 4;
  out.out = {100'000, 13'000'000};
  out.audio.expected = out.audio.received = 100'000;
  out.audio.latency = {1'000, 0.5, 3, 4, 5};
  out.costs.cpu_ns = 400'000'000;
  out.extra = {{"audio_of_plan", 1.0},
               {"server_cpu_share", 0.5},
               {"generator_cpu_share", 0.2}};
  return out;
}

judgement judged(const std::function<void(run_result&)>& change,
                 const run_options& options = webinar()) {
  auto run = good_run();
  change(run);
  return judge(run, options, {});
}

// A run with the given number of rooms; more than `most` rooms lose packets.
run_load server_for(uint32_t most) {
  return [most](const run_options& x) {
    auto run = good_run();
    run.seconds = x.seconds;
    run.parameters["rooms"] = x.rooms;
    if (x.rooms > most)
      run.audio.lost = 7;
    return run;
  };
}

capacity_result find(const run_load& run, capacity_options how = {},
                     const run_options& options = webinar()) {
  return find_capacity(how, options, run, [](const capacity_step&) {});
}

// The words after `name` in the line that begins with it.
std::vector<std::string> row(const std::string& table,
                             const std::string& name) {
  auto at = table.find("\n" + name + " ");
  REQUIRE_NE(at, std::string::npos);
  at += name.size() + 1;
  std::istringstream words{table.substr(at, table.find('\n', at) - at)};
  return {std::istream_iterator<std::string>{words}, {}};
}

bool mentions(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

} // namespace

// -- judging one run ----------------------------------------------------------

TEST_CASE("a run holds if it loses nothing, is in time and has CPU to spare") {
  auto x = judged([](run_result&) {});
  CHECK(x.held());
  CHECK_EQ(x.cause, limit_cause::range);
}

TEST_CASE("a run does not hold if the server falls short") {
  const std::vector<std::function<void(run_result&)>> changes{
      [](auto& x) { x.audio.lost = 1; },
      [](auto& x) { x.video.lost = 1; },
      [](auto& x) { x.audio.latency.p99 = 50.1; },
      [](auto& x) { x.video.latency.p99 = 50.1; },
      [](auto& x) { x.extra["silent_consumers"] = 1; },
      [](auto& x) { x.extra["refusals"] = 1; },
      [](auto& x) { x.extra["failed_members"] = 1; },
      [](auto& x) { x.extra["audio_of_plan"] = 0.9; },
      [](auto& x) { x.extra["video_of_plan"] = 0.9; },
      [](auto& x) { x.extra["server_cpu_share"] = 1.95; },
      [](auto& x) { x.void_reasons = {std::string{server_ended}}; },
      [](auto& x) { x.void_reasons = {std::string{server_ended_badly}}; },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    auto x = judged(changes[i]);
    CHECK_EQ(x.reasons.size(), 1);
    CHECK_EQ(x.cause, limit_cause::server);
  }
}

TEST_CASE("a failure of a void run is attributed to the generator") {
  auto x = judged([](auto& run) {
    run.void_reasons = {"the generator sent late: p99 9.0 ms"};
    run.audio.lost = 1'000;
  });
  CHECK_FALSE(x.held());
  CHECK_EQ(x.cause, limit_cause::generator);
  REQUIRE_EQ(x.reasons.size(), 1);
  CHECK(mentions(x.reasons[0], "late"));
}

TEST_CASE("a server is saturated by the cores and threads that it may use") {
  auto busy = [](double share) {
    return [share](run_result& x) {
      x.extra["server_cpu_share"] = share;
    };
  };
  auto options = webinar();
  CHECK(judged(busy(1.9), options).held()); // two threads, two cores
  options.server.cores = 1;
  CHECK_FALSE(judged(busy(0.98), options).held());
  CHECK(judged(busy(0.9), options).held());
  options.server.cores = 0;
  options.server.scheduler_threads = 0; // all cores
  CHECK(judged(busy(1.9), options).held());
  CHECK_FALSE(judged(busy(1.96), options).held());
  options.server.scheduler_threads = 8; // more threads than cores
  CHECK_FALSE(judged(busy(1.96), options).held());
}

TEST_CASE("if the server selects what it forwards, the plan is not checked") {
  auto options = webinar();
  options.by_server = true;
  CHECK(
      judged([](auto& x) { x.extra["audio_of_plan"] = 0.5; }, options).held());
}

// -- the search ---------------------------------------------------------------

TEST_CASE("the highest load, and half of it, are measured for longer") {
  std::vector<run_options> made;
  auto server = server_for(5);
  auto x = find([&](const run_options& options) {
    made.push_back(options);
    return server(options);
  });
  CHECK_EQ(x.scenario, "webinar");
  CHECK_EQ(x.rooms, 5);
  CHECK_EQ(x.border, 6);
  CHECK_EQ(x.limit, limit_cause::server);
  REQUIRE_EQ(x.runs.size(), 2);
  CHECK_EQ(x.runs[0].parameters.at("rooms"), 5);
  CHECK_EQ(x.runs[0].labels.at("load"), "highest");
  CHECK_EQ(x.runs[1].parameters.at("rooms"), 3);
  CHECK_EQ(x.runs[1].labels.at("load"), "half");
  // Tries are short and do not measure the floor.
  REQUIRE_EQ(made.size(), 9);
  for (size_t i = 0; i < 7; ++i) {
    CHECK_EQ(made[i].seconds, 4);
    CHECK_FALSE(made[i].floor);
  }
  for (size_t i = 7; i < 9; ++i) {
    CHECK_EQ(made[i].seconds, 10);
    CHECK(made[i].floor);
  }
  REQUIRE_EQ(x.steps.size(), 9);
  CHECK_EQ(x.steps[3].rooms, 8);
  CHECK_FALSE(x.steps[3].verdict.held());
  CHECK_EQ(x.steps[0].server_cpu, 0.5);
  CHECK_EQ(x.steps[0].latency_ms, 3);
  CHECK_EQ(x.steps[0].packets_per_second, 25'000);
}

TEST_CASE("one room has no half load") {
  auto x = find(server_for(1));
  CHECK_EQ(x.rooms, 1);
  REQUIRE_EQ(x.runs.size(), 1);
  CHECK_EQ(x.runs[0].labels.at("load"), "highest");
}

TEST_CASE("a load that does not hold for longer is replaced by a lower one") {
  auto server = server_for(13);
  auto x = find([&](const run_options& options) {
    auto run = server(options);
    if (options.seconds == 10 && options.rooms > 12)
      run.audio.latency.p99 = 80;
    return run;
  });
  CHECK_EQ(x.rooms, 12);
  CHECK_EQ(x.border, 13);
  CHECK_EQ(x.limit, limit_cause::server);
  REQUIRE_EQ(x.runs.size(), 2);
  CHECK_EQ(x.runs[0].parameters.at("rooms"), 12);
}

TEST_CASE("a longer run that fails once is repeated") {
  auto server = server_for(3);
  int longer = 0;
  auto x = find([&](const run_options& options) {
    auto run = server(options);
    if (options.seconds == 10 && ++longer == 1)
      run.void_reasons = {"the generator sent late: p99 9.0 ms"};
    return run;
  });
  CHECK_EQ(x.rooms, 3);
  CHECK_EQ(longer, 3);
  CHECK_FALSE(x.runs[0].is_void());
}

TEST_CASE("if no longer run holds, no capacity is claimed") {
  auto server = server_for(40);
  auto x = find([&](const run_options& options) {
    auto run = server(options);
    if (options.seconds == 10)
      run.audio.lost = 1;
    return run;
  });
  CHECK_EQ(x.rooms, 0);
  CHECK(x.runs.empty());
  CHECK(mentions(to_table(x), "nothing holds for longer"));
  CHECK(mentions(to_table(find(server_for(0))), "not even one room holds"));
}

// -- attributing the limit ----------------------------------------------------

TEST_CASE("a limit of the generator is not reported as one of the server") {
  auto x = find([](const run_options& options) {
    auto run = server_for(100)(options);
    if (options.rooms > 4)
      run.void_reasons = {"the generator sent late: p99 9.0 ms"};
    return run;
  });
  CHECK_EQ(x.rooms, 4);
  CHECK_EQ(x.limit, limit_cause::generator);
  auto text = to_table(x);
  CHECK(mentions(text, "the generator was the limit"));
  CHECK_FALSE(mentions(text, "the server was the limit"));
  CHECK(mentions(text, "4 rooms at a time hold, 5 do not"));
}

TEST_CASE("the limit is the server's only if both failures are the server's") {
  auto failing = [](std::vector<const char*> reasons) {
    return find([reasons, nth = size_t{0}](const run_options& options) mutable {
      auto run = server_for(4)(options);
      if (options.rooms == 5 && reasons[nth++ % 2])
        run.void_reasons = {reasons[(nth - 1) % 2]};
      return run;
    });
  };
  CHECK_EQ(failing({nullptr, nullptr}).limit, limit_cause::server);
  CHECK_EQ(failing({nullptr, "late"}).limit, limit_cause::generator);
  CHECK_EQ(failing({"late", nullptr}).limit, limit_cause::generator);
}

TEST_CASE("a try without a result does not hold, and gives the reason") {
  auto throwing = [](auto make) {
    return find([make](const run_options& options) {
      if (options.rooms > 2)
        throw make();
      return server_for(2)(options);
    });
  };
  auto x = throwing([] { return run_error{"not settled in time"}; });
  CHECK_EQ(x.rooms, 2);
  CHECK_EQ(x.limit, limit_cause::unclear);
  CHECK(mentions(to_table(x), "not settled in time"));
  x = throwing([] { return server_died{"the server ended: abort"}; });
  CHECK_EQ(x.rooms, 2);
  CHECK_EQ(x.limit, limit_cause::server);
}

TEST_CASE("the end of the search range is not a limit") {
  capacity_options how;
  how.rooms.most = 6;
  auto x = find(server_for(100), how);
  CHECK_EQ(x.rooms, 6);
  CHECK_FALSE(x.border);
  CHECK_EQ(x.limit, limit_cause::range);
  CHECK(mentions(to_table(x), "no limit was found"));
}

// -- reports ------------------------------------------------------------------

TEST_CASE("a table has both loads side by side, with their ratios") {
  auto x = find([](const run_options& options) {
    auto run = server_for(5)(options);
    auto& floor = run.floor.emplace();
    floor.figures.push_back({audio_octets, 1, 4'000});
    floor.figures.push_back({audio_octets, 100, 2'000});
    return run;
  });
  auto text = to_table(x);
  using words = std::vector<std::string>;
  CHECK(row(text, "") == words{"highest", "half"});
  CHECK(row(text, "rooms") == words{"5", "3"});
  CHECK(row(text, "packets/s out") == words{"10,000", "10,000"});
  CHECK(row(text, "CPU ns per packet") == words{"4,000", "4,000"});
  CHECK(row(text, "floor, ns") == words{"4,000", "4,000"});
  CHECK(row(text, "ratio to the floor") == words{"1.00", "1.00"});
  CHECK(row(text, "ratio to the fan-out floor") == words{"2.00", "2.00"});
  CHECK(row(text, "packets lost") == words{"0", "0"});
  CHECK(mentions(text, "8 rooms"));
  CHECK(mentions(text, "7 packets lost"));
  CHECK(mentions(to_table(x.steps[3]), "7 packets lost"));
}

TEST_CASE("JSON has the tries, and the longer runs as runs") {
  auto x = find(server_for(5));
  auto json = to_json(x);
  rapidjson::Document document;
  document.Parse(json.c_str());
  REQUIRE(document.IsObject());
  CHECK_EQ(document["rooms"].GetUint(), 5);
  CHECK_EQ(document["border"].GetUint(), 6);
  CHECK_EQ(document["limit"].GetString(), std::string{"server"});
  REQUIRE_EQ(document["steps"].Size(), 9);
  CHECK_FALSE(document["steps"][3]["held"].GetBool());
  CHECK_EQ(document["steps"][3]["rooms"].GetUint(), 8);
  auto runs = runs_from_json(json);
  REQUIRE(runs);
  REQUIRE_EQ(runs->size(), 2);
  CHECK_EQ((*runs)[1].labels.at("load"), "half");
}

} // namespace troupe::test
