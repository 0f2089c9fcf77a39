#include "net/auth/turn_credentials.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::net;

namespace {

std::chrono::sys_seconds at_second(int64_t count) {
  return std::chrono::sys_seconds{std::chrono::seconds{count}};
}

} // namespace

TEST_CASE("TURN credentials are those of the REST API draft") {
  // printf 1433895918:foo | openssl dgst -sha1 -hmac SECRET -binary | base64
  CHECK(make_turn_credentials("north of the wall", "foo",
                              at_second(1'433'895'918))
        == turn_credentials{"1433895918:foo", "DRaTKrr1aQCStfDtR7FZbobMuXk="});
}

TEST_CASE("the user of TURN credentials is short and printable") {
  const auto odd =
      make_turn_credentials("k", "a b\xc3\xa9", at_second(1'700'000'000));
  CHECK(odd.username == "1700000000:a_b__");
  const auto plain =
      make_turn_credentials("k", "a_b__c", at_second(1'700'000'000));
  CHECK(plain.credential == "PFy5rG2Oy82MMKcF3YnuySSdTK4=");
  const auto lengthy =
      make_turn_credentials("k", std::string(600, 'x'), at_second(1));
  CHECK(lengthy.username == "1:" + std::string(128, 'x'));
}
