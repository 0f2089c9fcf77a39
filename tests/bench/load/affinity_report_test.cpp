#include "bench/load/report/affinity.hpp"

#include <doctest/doctest.h>

using namespace troupe::load;

namespace {

cpu_set_t cores(std::initializer_list<int> which) {
  cpu_set_t out;
  CPU_ZERO(&out);
  for (auto i : which)
    CPU_SET(static_cast<size_t>(i), &out);
  return out;
}

bool same(const cpu_set_t& a, const cpu_set_t& b) {
  return CPU_EQUAL(&a, &b);
}

} // namespace

TEST_CASE("the server gets the first cores, the generator the others") {
  auto parts = divide_cores(cores({1, 4, 6}), 2);
  REQUIRE(parts);
  CHECK(same(parts->server, cores({1, 4})));
  CHECK(same(parts->generator, cores({6})));
}

TEST_CASE("cores are not divided if one side would get none") {
  CHECK_FALSE(divide_cores(cores({0, 1}), 2));
  CHECK_FALSE(divide_cores(cores({0, 1}), 3));
  CHECK_FALSE(divide_cores(cores({0, 1}), 0));
}

TEST_CASE("a thread is pinned to cores for a while") {
  cpu_set_t before;
  ::sched_getaffinity(0, sizeof before, &before);
  size_t first = 0;
  while (!CPU_ISSET(first, &before))
    ++first;
  {
    core_guard guard{cores({static_cast<int>(first)})};
    cpu_set_t now;
    ::sched_getaffinity(0, sizeof now, &now);
    CHECK(CPU_COUNT(&now) == 1);
  }
  cpu_set_t after;
  ::sched_getaffinity(0, sizeof after, &after);
  CHECK(same(before, after));
}
