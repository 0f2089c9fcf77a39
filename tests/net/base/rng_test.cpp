#include "net/base/rng.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <set>

using namespace troupe::net;

TEST_CASE("equal seeds yield equal numbers, different seeds do not") {
  auto a = make_seeded_rng(1);
  auto b = make_seeded_rng(1);
  auto c = make_seeded_rng(2);
  auto x = a->u64();
  CHECK(x == b->u64());
  CHECK(x != c->u64());
}

TEST_CASE("below() stays below its bound and reaches every value") {
  auto random = make_seeded_rng(3);
  std::set<uint32_t> seen;
  for (int i = 0; i < 1000; ++i)
    seen.insert(random->below(7));
  CHECK(seen == std::set<uint32_t>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("a hundred thousand ids of the secure generator are distinct") {
  auto random = make_secure_rng();
  std::set<std::string> ids;
  for (int i = 0; i < 100'000; ++i) {
    auto id = random->alphanumeric(22);
    REQUIRE(id.size() == 22);
    REQUIRE(std::ranges::all_of(
        id, [](unsigned char c) { return std::isalnum(c) != 0; }));
    ids.insert(std::move(id));
  }
  CHECK(ids.size() == 100'000);
}
