#include "rtp/send/sequence_rewriter.hpp"

#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace troupe;
using rtp::sequence_rewriter;

TEST_CASE("loss leaves a hole that late packets fill, across the wrap") {
  sequence_rewriter x{65534};
  CHECK(x.forward({0, 65536 + 10}) == 65534);
  CHECK(x.forward({0, 65536 + 11}) == 65535);
  CHECK(x.forward({0, 65536 + 14}) == 2);
  CHECK(x.forward({0, 65536 + 12}) == 0);
  CHECK(x.forward({0, 65536 + 13}) == 1);
}

TEST_CASE("dropped input leaves no hole") {
  sequence_rewriter x{100};
  CHECK(x.forward({0, 70000}) == 100);
  x.drop({0, 70001});
  x.drop({0, 70002});
  CHECK(x.forward({0, 70003}) == 101);
  CHECK_FALSE(x.forward({0, 70002}));
  SUBCASE("but a loss before it leaves one") {
    x.drop({0, 70006});
    CHECK(x.forward({0, 70007}) == 104);
    CHECK(x.forward({0, 70005}) == 103);
  }
}

TEST_CASE("a resync continues without a hole, and old numbers stay known") {
  sequence_rewriter x{500};
  CHECK(x.forward({0, 1000}) == 500);
  CHECK(x.forward({0, 1002}) == 502);
  x.resync();
  CHECK(x.forward({0, 1001}) == 501);
  CHECK(x.forward({0, 9000}) == 503);
  CHECK(x.original(501) == sequence_rewriter::origin{0, 1001});
  CHECK(x.original(503) == sequence_rewriter::origin{0, 9000});
  CHECK_FALSE(x.original(504));
  CHECK_FALSE(x.forward({0, 8999}));
}

TEST_CASE("forgotten inputs are new, and the numbers continue") {
  sequence_rewriter x{65534};
  CHECK(x.forward({0, 1000}) == 65534);
  CHECK(x.forward({0, 1001}) == 65535);
  CHECK_FALSE(x.is_new({0, 1000}));
  x.forget_inputs();
  CHECK(x.is_new({0, 1000}));
  CHECK_FALSE(x.original(65534));
  CHECK(x.forward({0, 1000}) == 0);
  CHECK(x.forward({0, 1001}) == 1);
  CHECK(x.original(0) == sequence_rewriter::origin{0, 1000});
}

TEST_CASE("another source takes over at a resync") {
  sequence_rewriter x{0};
  CHECK(x.forward({0, 1000}) == 0);
  x.resync();
  CHECK(x.forward({1, 50}) == 1);
  CHECK_FALSE(x.forward({0, 1001}));
  CHECK(x.original(0) == sequence_rewriter::origin{0, 1000});
  CHECK(x.original(1) == sequence_rewriter::origin{1, 50});
}

TEST_CASE("a restart of the input leaves a hole of one") {
  sequence_rewriter x{0};
  CHECK(x.forward({0, 1000}) == 0);
  CHECK(x.forward({0, 100000}) == 2);
  CHECK_FALSE(x.forward({0, 50000}));
}

TEST_CASE("no two packets get one number, and each keeps its own") {
  for (auto seed = uint64_t{1}; seed <= 6; ++seed) {
    CAPTURE(seed);
    auto random = net::make_seeded_rng(seed);
    sequence_rewriter x{static_cast<uint16_t>(random->u32())};
    auto input = int64_t{65536};
    auto source = uint8_t{0};
    // By age: number to origin, for the last half cycle.
    auto given = std::map<uint16_t, sequence_rewriter::origin>{};
    auto order = std::vector<uint16_t>{};
    for (auto i = 0; i < 100'000; ++i) {
      auto dice = random->below(100);
      auto origin = sequence_rewriter::origin{source, 0};
      if (dice < 5) {
        x.drop({source, ++input});
        continue;
      }
      if (dice == 5) {
        source = static_cast<uint8_t>(random->below(3));
        input += 1 + random->below(5000);
        x.resync();
        origin = {source, input};
      } else if (dice < 15) {
        origin = {source, input - static_cast<int64_t>(random->below(50))};
      } else {
        input += dice < 25 ? 1 + random->below(4) : 1;
        origin.sequence = input;
      }
      auto number = x.forward(origin);
      if (!number)
        continue;
      auto [entry, fresh] = given.emplace(*number, origin);
      REQUIRE(entry->second == origin);
      REQUIRE(x.lookup(origin) == number);
      REQUIRE(x.original(*number) == origin);
      if (fresh)
        order.push_back(*number);
      if (order.size() > 20'000) {
        for (auto n = size_t{0}; n < 10'000; ++n)
          given.erase(order[n]);
        order.erase(order.begin(), order.begin() + 10'000);
      }
    }
  }
}

TEST_CASE("after begin_anew, all inputs are new and get the given numbers") {
  rtp::sequence_rewriter x{65534};
  for (auto i = 0; i < 3; ++i)
    x.forward({0, 65535 + i});
  CHECK_FALSE(x.is_new({0, 65537}));
  CHECK_FALSE(x.is_new({0, 60000}));
  CHECK(x.is_new({0, 65538}));
  CHECK(x.is_new({1, 65537}));
  x.begin_anew(1);
  CHECK(x.is_new({0, 65535}));
  CHECK_FALSE(x.original(65534));
  CHECK(x.forward({0, 65535}) == 1);
  CHECK(x.forward({0, 65536}) == 2);
}

TEST_CASE("the present run tells how the next packets are numbered") {
  sequence_rewriter x{65534};
  CHECK_FALSE(x.present_run(0, 5));
  x.forward({0, 65534}, 5);
  x.forward({0, 65535}, 5);
  auto run = x.present_run(0, 5);
  REQUIRE(run);
  CHECK(run->next == 65536);
  CHECK(x.forward({0, 65536}, 5) == static_cast<uint16_t>(65536 + run->offset));
  SUBCASE("not for another source or tag") {
    CHECK_FALSE(x.present_run(1, 5));
    CHECK_FALSE(x.present_run(0, 6));
  }
  SUBCASE("not after a drop or a pause") {
    x.drop({0, 65537}, 5);
    CHECK_FALSE(x.present_run(0, 5));
    x.forward({0, 65538}, 5);
    CHECK(x.present_run(0, 5));
    x.resync();
    CHECK_FALSE(x.present_run(0, 5));
  }
}
