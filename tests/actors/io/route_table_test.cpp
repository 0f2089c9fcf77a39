#include "actors/io/route_table.hpp"
#include "net/ice/stun_message.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using table = actors::route_table<int>;

namespace {

net::transport_tuple tuple(uint16_t port) {
  net::transport_tuple out;
  out.remote = *net::parse_address("192.0.2.1", port);
  return out;
}

net::datagram check(const std::string& fragment, uint16_t port) {
  std::array<uint8_t, 256> room;
  net::stun_writer out{room, net::stun_class::request, {}};
  out.username(fragment + ":peer");
  out.priority(1);
  out.integrity("password");
  out.fingerprint();
  return {test::to_buffer(*out.finish()), tuple(port), {}};
}

net::datagram media(uint16_t port) {
  return {test::to_buffer(test::rtp_builder{}.build()), tuple(port), {}};
}

int find(const table& routes, const net::datagram& x) {
  const auto* found = routes.find(x);
  return found ? *found : 0;
}

} // namespace

TEST_CASE("a check is routed by its fragment, media by its tuple") {
  table routes;
  routes.add_fragment("alice", 1);
  routes.add_fragment("bob", 2);
  routes.add_tuple(tuple(1000), 1);
  CHECK(find(routes, check("alice", 1000)) == 1);
  CHECK(find(routes, check("alice", 9999)) == 1);
  CHECK(find(routes, media(1000)) == 1);
  CHECK(find(routes, media(9999)) == 0);
  CHECK(find(routes, check("carol", 1000)) == 0);
}

TEST_CASE("a check's fragment takes precedence over the owner of the tuple") {
  table routes;
  routes.add_fragment("bob", 2);
  routes.add_tuple(tuple(1000), 1);
  CHECK(find(routes, check("bob", 1000)) == 2);
}

TEST_CASE("a tuple can be removed only by its owner") {
  table routes;
  routes.add_tuple(tuple(1000), 1);
  routes.add_tuple(tuple(1000), 2); // taken over
  routes.remove_tuple(tuple(1000), 1);
  CHECK(find(routes, media(1000)) == 2);
  routes.remove_tuple(tuple(1000), 2);
  CHECK(find(routes, media(1000)) == 0);
  CHECK(routes.size() == 0);
}

TEST_CASE("a removed fragment has no route") {
  table routes;
  routes.add_fragment("alice", 1);
  routes.remove_fragment("alice");
  routes.remove_fragment("alice");
  CHECK(find(routes, check("alice", 1)) == 0);
}

TEST_CASE("octets that are no STUN request are looked up by tuple alone") {
  table routes;
  routes.add_fragment("alice", 1);
  for (std::string_view hex :
       {"00", "0001", "000100002112a442", "80", "16fefd", "0101"}) {
    net::datagram x{test::to_buffer(test::from_hex(hex)), tuple(7), {}};
    CHECK(find(routes, x) == 0);
  }
  net::datagram empty{test::to_buffer({}), tuple(7), {}};
  CHECK(find(routes, empty) == 0);
}

TEST_CASE("media of other nodes is routed by its tag and their address") {
  constexpr uint32_t tag = 0xABCDE;
  auto from = [](uint32_t ssrc, uint16_t port) {
    test::rtp_builder x;
    x.ssrc = ssrc;
    return net::datagram{test::to_buffer(x.build()), tuple(port), {}};
  };
  auto found = [](const table& routes, const net::datagram& x) {
    const auto* to = routes.find_trunk(x);
    return to ? *to : 0;
  };
  table routes;
  CHECK(found(routes, from(tag << 12, 7000)) == 0);
  routes.add_trunk(tag, tuple(7000).remote, 1);
  CHECK(found(routes, from(tag << 12, 7000)) == 1);
  CHECK(found(routes, from(tag << 12 | 0xFFF, 7000)) == 1);
  CHECK(found(routes, from((tag + 1) << 12, 7000)) == 0);
  CHECK(found(routes, from(tag << 12, 7001)) == 0);
  auto by_tcp = from(tag << 12, 7000);
  by_tcp.tuple.protocol = net::transport_protocol::tcp;
  CHECK(found(routes, by_tcp) == 0);
  // RTCP has the SSRC of its sender before any other.
  test::octets report{0x80, 201, 0, 1, 0xAB, 0xCD, 0xE1, 0x23};
  CHECK(found(routes, {test::to_buffer(report), tuple(7000), {}}) == 1);
  CHECK(found(routes, check("alice", 7000)) == 0);
  routes.remove_trunk(tag, 2);
  CHECK(routes.size() == 1);
  routes.remove_trunk(tag, 1);
  CHECK(found(routes, from(tag << 12, 7000)) == 0);
}
