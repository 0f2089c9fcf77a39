#include "bench/load/scenario/capacity_search.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace troupe::test {

using namespace load;

namespace {

using oracle = std::function<bool(uint32_t load, size_t nth)>;

// Tries the loads that the search asks for until it is finished; returns them
// in order. The oracle is passed how often the load was tried before.
std::vector<uint32_t> run(capacity_search& x, const oracle& holds) {
  std::vector<uint32_t> tried;
  while (auto load = x.next()) {
    REQUIRE_LT(tried.size(), 1'000);
    auto nth = std::count(tried.begin(), tried.end(), *load);
    tried.push_back(*load);
    x.add(*load, holds(*load, static_cast<size_t>(nth)));
  }
  return tried;
}

oracle up_to(uint32_t most) {
  return [most](uint32_t load, size_t) {
    return load <= most;
  };
}

using loads = std::vector<uint32_t>;

} // namespace

TEST_CASE("a search doubles, halves, and tries the border twice") {
  capacity_search x{{}};
  CHECK_EQ(x.highest(), 0);
  CHECK_FALSE(x.border());
  CHECK(run(x, up_to(5)) == loads{1, 2, 4, 8, 6, 5, 6});
  CHECK_EQ(x.highest(), 5);
  CHECK_EQ(x.border(), 6);
}

TEST_CASE("every capacity is found, whatever the first load") {
  for (uint32_t first : {1u, 3u, 16u, 100u})
    for (uint32_t most = 0; most <= 100; ++most) {
      CAPTURE(first);
      CAPTURE(most);
      capacity_search x{{first, 1'000, 0}};
      auto tried = run(x, up_to(most));
      CHECK_EQ(x.highest(), most);
      CHECK_EQ(x.border(), most + 1);
      // Doublings, halvings, and the second try of the border.
      CHECK_LE(tried.size(), 17);
      for (auto load : tried)
        CHECK_LE(std::count(tried.begin(), tried.end(), load),
                 load == most + 1 ? 2 : 1);
    }
}

TEST_CASE("if no load holds, one room is tried twice") {
  capacity_search x{{}};
  CHECK(run(x, up_to(0)) == loads{1, 1});
  CHECK_EQ(x.highest(), 0);
  capacity_search y{{8, 256, 0}};
  CHECK(run(y, up_to(0)) == loads{8, 4, 2, 1, 1});
  CHECK_EQ(y.highest(), 0);
  CHECK_EQ(y.border(), 1);
}

TEST_CASE("no load above the limit is tried") {
  capacity_search x{{1, 24, 0}};
  CHECK(run(x, up_to(1'000)) == loads{1, 2, 4, 8, 16, 24});
  CHECK_EQ(x.highest(), 24);
  CHECK_FALSE(x.border());
  capacity_search y{{100, 24, 0}};
  CHECK(run(y, up_to(1'000)) == loads{24});
  capacity_search z{{0, 0, 0}};
  CHECK(run(z, up_to(1'000)) == loads{1});
  // Doubling does not overflow.
  capacity_search w{{3'000'000'000u, 4'000'000'000u, 0}};
  CHECK(run(w, up_to(4'200'000'000u)) == loads{3'000'000'000u, 4'000'000'000u});
}

TEST_CASE("a random failure is discarded once the load holds") {
  // 8 fails the first time only. It is tried again at the end of the bisection,
  // and the search continues above it.
  capacity_search x{{}};
  auto tried = run(x, [](uint32_t load, size_t nth) {
    return load <= 11 && !(load == 8 && nth == 0);
  });
  CHECK(tried == loads{1, 2, 4, 8, 6, 7, 8, 16, 12, 10, 11, 12});
  CHECK_EQ(x.highest(), 11);
  CHECK_EQ(x.border(), 12);
}

TEST_CASE("a random failure during the search does not lower the result") {
  for (uint32_t chance = 1; chance <= 60; ++chance)
    for (uint32_t most = chance; most <= 60; ++most) {
      CAPTURE(chance);
      CAPTURE(most);
      capacity_search x{{}};
      run(x, [&](uint32_t load, size_t nth) {
        return load <= most && !(load == chance && nth == 0);
      });
      CHECK_EQ(x.highest(), most);
      CHECK_EQ(x.border(), most + 1);
    }
}

TEST_CASE("a load that fails twice is the border, though more would hold") {
  capacity_search x{{}};
  CHECK(run(x, [](uint32_t load, size_t) { return load != 4; })
        == loads{1, 2, 4, 3, 4});
  CHECK_EQ(x.highest(), 3);
  CHECK_EQ(x.border(), 4);
}

TEST_CASE(
    "the search ends between a load that held and one that failed twice") {
  for (uint32_t seed = 1; seed <= 2'000; ++seed) {
    CAPTURE(seed);
    uint32_t state = seed * 2'654'435'761u;
    std::vector<uint32_t> failures(65);
    capacity_search x{{1 + seed % 9, 64, 0}};
    auto tried = run(x, [&](uint32_t load, size_t) {
      state = state * 1'664'525u + 1'013'904'223u;
      auto held = (state >> 16) % 64 >= load;
      failures[load] += held ? 0 : 1;
      return held;
    });
    CHECK_LE(tried.size(), 128);
    if (x.border()) {
      CHECK_EQ(*x.border(), x.highest() + 1);
      CHECK_EQ(failures[*x.border()], 2);
    } else {
      CHECK_EQ(x.highest(), 64);
    }
  }
}

TEST_CASE("a coarse search stops within its tolerance") {
  capacity_search fine{{1, 1'000, 0}};
  capacity_search coarse{{1, 1'000, 0.1}};
  auto all = run(fine, up_to(333)).size();
  auto some = run(coarse, up_to(333)).size();
  CHECK_LT(some + 3, all);
  CHECK_LE(coarse.highest(), 333);
  CHECK_GE(coarse.highest(), 300);
  CHECK_GT(*coarse.border(), 333);
  CHECK_LE(*coarse.border() - coarse.highest(), 33);
  // With few rooms the result is exact at any tolerance.
  capacity_search few{{1, 1'000, 0.1}};
  run(few, up_to(5));
  CHECK_EQ(few.highest(), 5);
}

TEST_CASE("a revoked load becomes the border, and lower loads are searched") {
  capacity_search x{{}};
  run(x, up_to(13));
  REQUIRE_EQ(x.highest(), 13);
  x.revoke(13);
  CHECK_EQ(x.highest(), 12);
  CHECK_EQ(x.border(), 13);
  CHECK_FALSE(x.next());
  // 8 is the next lower load that has held.
  x.revoke(12);
  CHECK_EQ(x.highest(), 8);
  CHECK_EQ(x.next(), 10);
  CHECK(run(x, up_to(9)) == loads{10, 9, 10});
  CHECK_EQ(x.highest(), 9);
  CHECK_EQ(x.border(), 10);
}

TEST_CASE("after all loads are revoked, none holds") {
  capacity_search x{{}};
  run(x, up_to(1));
  x.revoke(1);
  CHECK_EQ(x.highest(), 0);
  CHECK_EQ(x.border(), 1);
  CHECK_FALSE(x.next());
}

} // namespace troupe::test
