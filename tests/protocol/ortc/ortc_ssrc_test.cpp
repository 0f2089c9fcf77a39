#include "protocol/ortc/ortc_ssrc.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace troupe;
using namespace troupe::protocol;

TEST_CASE("a client's SSRCs rise from a random start and never repeat") {
  std::set<uint32_t> begun;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    auto random = net::make_seeded_rng(seed);
    ssrc_sequence x;
    auto next = x.take(2, *random);
    begun.insert(next);
    next += 2;
    for (uint32_t count : {1u, 2u, 2u, 1u, 12u}) {
      CHECK(x.take(count, *random) == next);
      next += count;
    }
  }
  CHECK(begun.size() == 20);
}

TEST_CASE("SSRCs have nine digits") {
  auto random = net::make_seeded_rng(1);
  ssrc_sequence x;
  auto first = x.take(1, *random);
  auto left = highest_ssrc - first;
  x.take(left - 1, *random); // one SSRC is left
  CHECK(x.take(2, *random) == lowest_ssrc);
  CHECK(x.take(1, *random) == lowest_ssrc + 2);
}
