#include "net/cluster/seed_address.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe::net;

TEST_CASE("a seed is a host and a port") {
  CHECK(seed_address::parse("node-2.example.org:7000")
        == seed_address{"node-2.example.org", 7000});
  CHECK(seed_address::parse("10.0.0.2:7000") == seed_address{"10.0.0.2", 7000});
  CHECK(seed_address::parse("[fd00::2]:7000") == seed_address{"fd00::2", 7000});
  CHECK(seed_address::parse("dns:troupe.default.svc:7000")
        == seed_address{"troupe.default.svc", 7000});
  // A host of that name, since no name follows.
  CHECK(seed_address::parse("dns:53") == seed_address{"dns", 53});
  CHECK(seed_address::parse("a:65535")->port == 65'535);
}

TEST_CASE("a text that is no seed is refused") {
  for (std::string bad : {"",
                          ":",
                          "a",
                          "a:",
                          ":7000",
                          "a:0",
                          "a:65536",
                          "a:-1",
                          "a:+1",
                          "a:7000 ",
                          "a b:7000",
                          "fd00::2:7000",
                          "fd00::2",
                          "[fd00::2]",
                          "[fd00::2",
                          "[]:1",
                          "[a]:7000",
                          "[10.0.0.2]:7000",
                          "dns:",
                          "dns::7000",
                          "dns:a:0",
                          "dns:[fd00::2]:7000",
                          "dns:dns:a:7000",
                          "a:7000:7000",
                          "a/b:1"}) {
    CAPTURE(bad);
    CHECK_FALSE(seed_address::parse(bad));
  }
  CHECK_FALSE(seed_address::parse(std::string(254, 'a') + ":1"));
  CHECK(seed_address::parse(std::string(253, 'a') + ":1"));
}

TEST_CASE("an address and a port are read as they are written") {
  for (std::string good :
       {"10.0.0.1:7000", "127.0.0.1:0", "[fd00::1]:7000", "[::1]:65535"}) {
    CAPTURE(good);
    auto x = parse_address_and_port(good);
    REQUIRE(x);
    CHECK(x->str() == good);
  }
  for (std::string bad : {"", "10.0.0.1", "10.0.0.1:", "10.0.0.1:x",
                          "10.0.0.1:65536", "[10.0.0.1]:1", "::1:7000",
                          "localhost:7000", "[::1]", "10.0.0.1:1:1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_address_and_port(bad));
  }
}
