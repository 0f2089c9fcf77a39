#include "net/base/address_prefix.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

namespace {

bool contains(const std::string& prefix, const std::string& address) {
  auto x = address_prefix::parse(prefix);
  REQUIRE_MESSAGE(x, prefix);
  return x->contains(*parse_address(address, 4711));
}

} // namespace

TEST_CASE("a client's network is its IPv4 address or its IPv6 /64") {
  auto network = [](const char* ip) {
    return client_network(*parse_address(ip, 4711)).str();
  };
  CHECK(network("192.0.2.77") == "192.0.2.77:0");
  CHECK(network("2001:db8:1:2:3:4:5:6") == "[2001:db8:1:2::]:0");
  CHECK(network("2001:db8:1:2::") == "[2001:db8:1:2::]:0");
}

TEST_CASE("an address without a length is a prefix of all its bits") {
  CHECK(contains("127.0.0.1", "127.0.0.1"));
  CHECK_FALSE(contains("127.0.0.1", "127.0.0.2"));
  CHECK(contains("::1", "::1"));
  CHECK_FALSE(contains("::1", "127.0.0.1"));
}

TEST_CASE("a prefix contains the addresses whose first bits equal its own") {
  CHECK(contains("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  CHECK(contains("192.0.2.64/26", "192.0.2.127"));
  CHECK_FALSE(contains("192.0.2.64/26", "192.0.2.128"));
  CHECK(contains("192.0.2.65/31", "192.0.2.64"));
  CHECK(contains("2001:db8::/32", "2001:db8:ffff::1"));
  CHECK_FALSE(contains("2001:db8::/32", "2001:db9::1"));
  CHECK(contains("fd00::/7", "fc00::1"));
}

TEST_CASE("a prefix of no bits contains all addresses of its family") {
  CHECK(contains("0.0.0.0/0", "203.0.113.1"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("::/0", "2001:db8::1"));
}

TEST_CASE("text that is not a prefix is refused") {
  for (std::string text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/x",
        "10.0.0.0/-1", "10/8", "example.org", "10.0.0.0/8 "}) {
    CAPTURE(text);
    CHECK_FALSE(address_prefix::parse(text));
  }
}
