#include "net/io/process/process_load.hpp"

#include <doctest/doctest.h>

#include <sched.h>

#include <vector>

using namespace troupe::net;

TEST_CASE("CPU time grows as it is used") {
  CHECK(usable_cores() > 0);
  auto before = process_cpu_time();
  CHECK(before.count() > 0);
  while (process_cpu_time() - before < std::chrono::milliseconds{1}) {
  }
}

TEST_CASE("affinity limits the usable cores") {
  cpu_set_t all;
  REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
  auto before = usable_cores();
  CHECK(before <= CPU_COUNT(&all));
  int any = 0;
  while (!CPU_ISSET(any, &all))
    ++any;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(any, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(usable_cores() <= 1);
  REQUIRE(sched_setaffinity(0, sizeof all, &all) == 0);
  CHECK(usable_cores() == before);
}

TEST_CASE("the memory in use is at most the usable memory") {
  auto before = resident_memory();
  CHECK(before > 0);
  CHECK(before < usable_memory());
  if (auto limit = memory_limit())
    CHECK(usable_memory() <= *limit);
  constexpr size_t size = 64 << 20;
  std::vector<char> much(size, 'x');
  CHECK(resident_memory() >= before + size / 2);
}

TEST_CASE("cpu.max is a quota over a period, or none") {
  CHECK(parse_cpu_max("200000 100000\n") == 2.0);
  CHECK(parse_cpu_max("50000 100000") == 0.5);
  CHECK(parse_cpu_max("50000\n 100000\n") == 0.5); // the two files of v1
  for (auto text : {"max 100000\n", "", "\n", "-1 100000", "100000", "x y",
                    "100000 0", "1e5 100000", "99999999999999999999 1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cpu_max(text));
  }
}

TEST_CASE("the v2 group is used unless v1 has the CPU controller") {
  CHECK(parse_cgroup("0::/user.slice/x.scope\n")
        == cgroup_path{"/user.slice/x.scope", true});
  CHECK(parse_cgroup("0::/\n") == cgroup_path{"", true});
  CHECK(parse_cgroup("12:memory:/m\n4:cpu,cpuacct:/docker/abc\n0::/z\n")
        == cgroup_path{"/docker/abc", false});
  CHECK(parse_cgroup("3:cpuset:/s\n0::/z") == cgroup_path{"/z", true});
  // A path may contain colons.
  CHECK(parse_cgroup("0::/a:b\n") == cgroup_path{"/a:b", true});
  for (auto text : {"", "\n", ":", "::", "0:", "0::", "0::x", "nonsense",
                    "4:cpu,cpuacct"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cgroup(text));
  }
}

TEST_CASE("a memory limit is a number, and max means unlimited") {
  CHECK(parse_memory_max("1073741824\n") == 1073741824);
  CHECK(parse_memory_max("0\n") == 0);
  for (const auto* text :
       {"max\n", "", "-1\n", "9223372036854771712\n", "1GB\n"})
    CHECK_FALSE(parse_memory_max(text));
  CHECK(parse_cgroup("4:memory:/a\n0::/b\n", "memory")
        == cgroup_path{"/a", false});
  CHECK(parse_cgroup("4:memory:/a\n0::/b\n") == cgroup_path{"/b", true});
}
