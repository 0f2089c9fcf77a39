#include "tests/gates/scenarios.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::gates;

TEST_CASE("a scenario gives the same counts to the last digit") {
  auto plan = broadcast("test", 3);
  auto first = gate_run{plan}.run();
  CHECK(gate_run{plan}.run() == first);
}

TEST_CASE("a broadcast forwards each packet to each receiver") {
  gate_run run{broadcast("test", 3)};
  auto counts = run.run();
  CHECK(counts.at("forwarded_per_packet_in")
        == doctest::Approx(3).epsilon(0.05));
  CHECK(run.packets() > 3 * (50 + 58) * 3 * 0.98);
  CHECK(counts.at("messages") > 0);
  CHECK(counts.at("messages") <= 1.1);
  CHECK(counts.at("wakeups") > 0.3);
}

TEST_CASE("all members of a meeting receive all others") {
  auto counts = gate_run{meetings("test", 1)}.run();
  CHECK(counts.at("forwarded_per_packet_in")
        == doctest::Approx(6).epsilon(0.1));
  CHECK(counts.at("rtcp_received") > 0);
}

TEST_CASE("the counts of every scenario have the same names") {
  auto plan = webinar("test", 1, 1);
  auto names = gate_run{plan}.run();
  for (auto name :
       {"messages", "send_calls", "receive_calls", "wakeups", "timer_wakeups",
        "rtcp_received", "rtcp_sent", "actor_messages", "allocations",
        "system_calls", "forwarded_per_packet_in"})
    CHECK_MESSAGE(names.contains(name), name);
  CHECK(names.size() == 11);
}

TEST_CASE("scenarios have unique names, three loads each") {
  auto all = all_scenarios();
  CHECK(all.size() == 12);
  for (const auto& x : all)
    CHECK(std::ranges::count(all, x.name, &scenario_plan::name) == 1);
}
