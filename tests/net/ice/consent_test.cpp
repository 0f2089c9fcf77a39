#include "net/ice/consent.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

TEST_CASE("consent ends its timeout after the last check") {
  const time_point start{};
  consent x{30s, start};
  CHECK(x.expires_at() == start + 30s);
  CHECK_FALSE(x.expired(start + 30s - 1ns));
  CHECK(x.expired(start + 30s));
  x.refresh(start + 20s);
  CHECK(x.last_check() == start + 20s);
  CHECK_FALSE(x.expired(start + 30s));
  CHECK(x.expired(start + 50s));
}

TEST_CASE("an earlier check does not shorten consent") {
  const time_point start{};
  consent x{30s, start + 10s};
  x.refresh(start);
  CHECK(x.expires_at() == start + 40s);
}

TEST_CASE("consent with a timeout of 0 never ends") {
  consent x{0s, time_point{}};
  CHECK_FALSE(x.expires_at());
  CHECK_FALSE(x.expired(time_point{} + 100h));
}
