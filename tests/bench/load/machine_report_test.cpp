#include "bench/load/report/machine.hpp"
#include "bench/load/report/text_table.hpp"

#include <doctest/doctest.h>

using namespace troupe::load;

TEST_CASE("ticks are busy, idle or stolen") {
  auto ticks = parse_cpu_ticks("cpu  10 20 30 400 50 1 2 7 99 0\ncpu0 1 1 1\n");
  CHECK(ticks.busy == 63);
  CHECK(ticks.idle == 450);
  CHECK(ticks.stolen == 7);
  CHECK(parse_cpu_ticks("").busy == 0);
  CHECK(parse_cpu_ticks("cpu0 1 1 1 1 1 1 1 1\n").busy == 0);
}

TEST_CASE("the stolen share covers the time between two samples") {
  CHECK(stolen_share({100, 100, 5}, {150, 140, 15}) == doctest::Approx(0.1));
  CHECK(stolen_share({1, 1, 1}, {1, 1, 1}) == 0);
}

TEST_CASE("this machine has a kernel and cores") {
  auto machine = this_machine();
  CHECK(machine.cores > 0);
  CHECK(machine.kernel.starts_with("Linux "));
  CHECK_FALSE(machine.cpu.empty());
  auto now = utc_now();
  CHECK(now.size() == 20);
  CHECK(now.ends_with("Z"));
}

TEST_CASE("a path outside any work tree has no known commit") {
  CHECK(commit_at("/proc/") == "unknown");
}

TEST_CASE("thousands are separated, decimals are not") {
  CHECK(in_thousands(0) == "0");
  CHECK(in_thousands(999) == "999");
  CHECK(in_thousands(1'234'567) == "1,234,567");
  CHECK(in_thousands(-1'000) == "-1,000");
  CHECK(in_thousands(1'234.5678, 2) == "1,234.57");
}

TEST_CASE("columns are as wide as their widest cell") {
  text_table table;
  table.row({"µs", "1"}).row({"longer", "100", "x"}).row({"alone"});
  CHECK(table.str() == "µs        1\nlonger  100  x\nalone\n");
}
