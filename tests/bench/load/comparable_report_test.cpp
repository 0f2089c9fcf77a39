#include "bench/load/report/comparable.hpp"

#include "bench/load/report/compare.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace troupe::load;

run_result run_with(const std::string& arrivals) {
  run_result run;
  run.scenario = "webinar";
  run.date = "2026-01-31T12:00:00Z";
  run.seconds = 1;
  run.out = {1'000, 130'000};
  run.costs.cpu_ns = 5'000'000;
  if (!arrivals.empty())
    run.labels["arrivals"] = arrivals;
  return run;
}

const server_under_test a{"old", "a", {}, "", 0};
const server_under_test b{"new", "b", {}, "", 0};

} // namespace

TEST_CASE("runs with spaced arrivals are not compared with bursts") {
  std::vector runs{run_with("burst"), run_with("burst")};
  CHECK_FALSE(why_incomparable(runs));
  runs.push_back(run_with("spaced"));
  auto why = why_incomparable(runs);
  REQUIRE(why);
  CHECK(why->starts_with("a run with spaced arrivals (webinar, 2026-01-31"));
  CHECK(why->find("a run with burst arrivals (webinar") != std::string::npos);
  CHECK_FALSE(why_incomparable({}));
}

TEST_CASE("results from before the label had bursts") {
  std::vector runs{run_with(""), run_with("burst")};
  CHECK(arrivals_of(runs[0]) == "burst");
  CHECK_FALSE(why_incomparable(runs));
  runs[1] = run_with("spaced");
  CHECK(why_incomparable(runs));
}

TEST_CASE("a run without media fits all others") {
  std::vector runs{run_with("spaced"), run_with("")};
  runs[1].out = {};
  CHECK_FALSE(why_incomparable(runs));
}

TEST_CASE("a comparison ends when its runs differ in their arrivals") {
  int runs = 0;
  auto run = [&](const server_under_test& server) {
    ++runs;
    return run_with(server.binary == "a" ? "burst" : "spaced");
  };
  CHECK_THROWS_AS(compare(a, b, run, 3), incomparable_runs);
  CHECK(runs == 2);
}
