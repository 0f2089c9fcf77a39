#include "net/ice/candidate.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace troupe::net;

namespace {

candidate_address address(const char* ip, std::string announced = {},
                          bool expose = false) {
  return {*parse_address(ip, 0), std::move(announced), expose};
}

uint32_t priority(uint32_t local_preference) {
  return 64u * 16'777'216u + local_preference * 256u + 255u;
}

} // namespace

TEST_CASE("one address gives a UDP and a passive TCP candidate") {
  const std::array addresses{address("192.0.2.1")};
  const auto out = make_candidates(addresses, 44444);
  REQUIRE(out.size() == 2);
  CHECK(out[0]
        == ice_candidate{"udpcandidate", priority(11'000), "192.0.2.1",
                         transport_protocol::udp, 44444});
  CHECK(out[1]
        == ice_candidate{"tcpcandidate", priority(9'900), "192.0.2.1",
                         transport_protocol::tcp, 44444});
}

TEST_CASE("TCP candidates come first if preferred") {
  const std::array addresses{address("192.0.2.1")};
  const auto out =
      make_candidates(addresses, 1, {true, true, transport_protocol::tcp});
  REQUIRE(out.size() == 2);
  CHECK(out[0].protocol == transport_protocol::tcp);
  CHECK(out[0].priority == priority(11'000));
  CHECK(out[1].priority == priority(9'900));
}

TEST_CASE("each further entry has a priority 100 lower") {
  const std::array addresses{address("192.0.2.1"), address("2001:db8::1")};
  const auto out = make_candidates(addresses, 1, {true, false, std::nullopt});
  REQUIRE(out.size() == 2);
  CHECK(out[0].priority == priority(10'000));
  CHECK(out[1].address == "2001:db8::1");
  CHECK(out[1].priority == priority(9'900));
}

TEST_CASE("an announced address replaces the local one unless exposed") {
  const std::array hidden{address("10.0.0.1", "203.0.113.9")};
  auto out = make_candidates(hidden, 1, {true, false, std::nullopt});
  REQUIRE(out.size() == 1);
  CHECK(out[0].address == "203.0.113.9");
  const std::array exposed{address("10.0.0.1", "sfu.example", true)};
  out = make_candidates(exposed, 1, {true, false, std::nullopt});
  REQUIRE(out.size() == 2);
  CHECK(out[0].address == "sfu.example");
  CHECK(out[1].address == "10.0.0.1");
  CHECK(out[0].priority - out[1].priority == 1'000 * 256);
}

TEST_CASE("an unreachable address is not a candidate") {
  const std::array addresses{address("0.0.0.0"), address("fe80::1"),
                             address("::", "203.0.113.9", true)};
  const auto out = make_candidates(addresses, 1, {true, false, std::nullopt});
  REQUIRE(out.size() == 1);
  CHECK(out[0].address == "203.0.113.9");
}

TEST_CASE("a hundred addresses still have valid priorities") {
  const std::vector<candidate_address> many(200, address("192.0.2.1"));
  for (const auto& x : make_candidates(many, 1))
    CHECK(x.priority >= priority(0));
}
