#include "net/auth/base64.hpp"

#include <doctest/doctest.h>

#include <array>
#include <utility>

using namespace troupe::net;

namespace {

// RFC 4648, section 10.
const std::array<std::pair<std::string, std::string>, 7> vectors{
    {{"", ""},
     {"f", "Zg=="},
     {"fo", "Zm8="},
     {"foo", "Zm9v"},
     {"foob", "Zm9vYg=="},
     {"fooba", "Zm9vYmE="},
     {"foobar", "Zm9vYmFy"}}};

} // namespace

TEST_CASE("base64 has the vectors of RFC 4648") {
  for (const auto& [octets, text] : vectors) {
    CHECK(to_base64(octets) == text);
    CHECK(from_base64(text) == octets);
  }
}

TEST_CASE("base64 that is not written as the standard wants is refused") {
  for (const std::string text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "Zm9v\n", " Zm9v", "Zm 9v",
        "Zm9v!A==", "Zh==", "Zm9vYg==Zg==", "-_-_"})
    CHECK_MESSAGE(!from_base64(text), text);
}

TEST_CASE("base64url has no padding and is safe in a query") {
  CHECK(to_base64url("") == "");
  CHECK(to_base64url("f") == "Zg");
  CHECK(to_base64url("\xfb\xff\xfe") == "-__-");
}
