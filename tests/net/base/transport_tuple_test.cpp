#include "net/base/transport_tuple.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;

namespace {

socket_address at(const char* ip, uint16_t port = 5000) {
  auto x = parse_address(ip, port);
  REQUIRE(x);
  return *x;
}

} // namespace

TEST_CASE("addresses convert to the text they were parsed from") {
  CHECK(at("192.0.2.1").str() == "192.0.2.1:5000");
  CHECK(at("2001:db8::1").str() == "[2001:db8::1]:5000");
  CHECK(at("192.0.2.1").is_v4());
  CHECK_FALSE(at("2001:db8::1").is_v4());
}

TEST_CASE("text that is not an address is refused") {
  for (const char* text :
       {"", "localhost", "1.2.3", "1.2.3.4.5", "::g", " ::1"})
    CHECK_FALSE(parse_address(text, 1));
}

TEST_CASE("special addresses are recognized in both families") {
  CHECK(at("127.0.0.1").is_loopback());
  CHECK(at("127.9.9.9").is_loopback());
  CHECK(at("::1").is_loopback());
  CHECK_FALSE(at("::2").is_loopback());
  CHECK(at("0.0.0.0").is_unspecified());
  CHECK(at("::").is_unspecified());
  CHECK_FALSE(at("0.0.0.1").is_unspecified());
  CHECK(at("169.254.1.1").is_link_local());
  CHECK(at("fe80::1").is_link_local());
  CHECK_FALSE(at("2001:db8::1").is_link_local());
}

TEST_CASE("an IPv4 address equals its IPv6-mapped form") {
  CHECK(at("::ffff:192.0.2.1") == at("192.0.2.1"));
}

TEST_CASE("tuples differ if any part differs") {
  transport_tuple one{transport_protocol::udp, 0, at("192.0.2.1"),
                      at("192.0.2.2")};
  auto other = one;
  CHECK(one == other);
  CHECK(std::hash<transport_tuple>{}(one)
        == std::hash<transport_tuple>{}(other));
  other.protocol = transport_protocol::tcp;
  CHECK(one != other);
  other = one;
  other.path = 1;
  CHECK(one != other);
  other = one;
  other.remote = at("192.0.2.2", 5001);
  CHECK(one != other);
}
