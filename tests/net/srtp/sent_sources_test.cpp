#include "net/srtp/sent_sources.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

namespace {

struct numbered {
  int value = 0;
};

} // namespace

TEST_CASE("a new source is added once and keeps its state") {
  sent_sources<numbered> x;
  int refused = 0;
  auto exhaust = [&] {
    ++refused;
  };
  CHECK(x.find(7) == nullptr);
  auto* source = x.find_or_add(7, exhaust);
  REQUIRE(source);
  source->value = 3;
  REQUIRE(x.find_or_add(7, exhaust));
  CHECK(x.find_or_add(7, exhaust)->value == 3);
  CHECK(x.find(7)->value == 3);
  CHECK(refused == 0);
}

TEST_CASE("a retired source never returns, and that is not exhaustion") {
  sent_sources<numbered> x;
  int refused = 0;
  auto exhaust = [&] {
    ++refused;
  };
  CHECK_FALSE(x.retire(7));
  REQUIRE(x.find_or_add(7, exhaust));
  CHECK(x.retire(7));
  CHECK_FALSE(x.retire(7));
  CHECK(x.find(7) == nullptr);
  CHECK(x.find_or_add(7, exhaust) == nullptr);
  CHECK(refused == 0);
}

TEST_CASE("a sender refuses one source more than it keeps until one ends") {
  sent_sources<numbered> x;
  int refused = 0;
  auto exhaust = [&] {
    ++refused;
  };
  for (uint32_t ssrc = 0; ssrc < max_sent_sources; ++ssrc)
    REQUIRE(x.find_or_add(ssrc, exhaust));
  CHECK(refused == 0);
  CHECK(x.find_or_add(max_sent_sources, exhaust) == nullptr);
  CHECK(refused == 1);
  CHECK(x.find_or_add(5, exhaust));
  x.retire(5);
  CHECK(x.find_or_add(max_sent_sources, exhaust));
  CHECK(refused == 1);
}

TEST_CASE("prefetching a source adds none") {
  sent_sources<numbered> x;
  x.prefetch(7);
  CHECK(x.find(7) == nullptr);
  REQUIRE(x.find_or_add(7, [] {}));
  x.prefetch(7);
  x.prefetch(8);
  CHECK(x.find(7) != nullptr);
  CHECK(x.find(8) == nullptr);
}
