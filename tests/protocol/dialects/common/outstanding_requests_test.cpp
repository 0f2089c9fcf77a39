#include "protocol/dialects/common/outstanding_requests.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::protocol;

TEST_CASE("each request has a token of its own, even after others are taken") {
  outstanding_requests<std::string> all;
  CHECK(all.last_token() == 0);
  const auto first = all.add("a");
  CHECK(first != 0);
  CHECK(all.last_token() == first);
  CHECK(all.take(first));
  const auto second = all.add("b");
  CHECK(second != first);
  CHECK(all.last_token() == second);
}

TEST_CASE("an outcome finds the origin of its request once") {
  outstanding_requests<std::string> all;
  const auto first = all.add("a");
  const auto second = all.add("b");
  CHECK(all.size() == 2);
  CHECK(all.take(second) == "b");
  CHECK_FALSE(all.take(second));
  CHECK(all.size() == 1);
  CHECK(all.take(first) == "a");
  CHECK_FALSE(all.take(99));
  CHECK(all.size() == 0);
}

TEST_CASE("the origin of a request can be read before its outcome") {
  outstanding_requests<std::string> all;
  const auto token = all.add("a");
  REQUIRE(all.find(token));
  CHECK(*all.find(token) == "a");
  CHECK(all.size() == 1);
  all.take(token);
  CHECK(all.find(token) == nullptr);
}

TEST_CASE("requests whose origins are forgotten stay outstanding") {
  outstanding_requests<std::optional<std::string>> all;
  const auto token = all.add("a");
  all.add("b");
  all.set_all(std::nullopt);
  CHECK(all.size() == 2);
  const auto origin = all.take(token);
  REQUIRE(origin);
  CHECK_FALSE(*origin);
  // An unknown request differs from one without origin.
  CHECK_FALSE(all.take(token));
}
