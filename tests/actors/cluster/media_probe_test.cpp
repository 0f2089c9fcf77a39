#include "actors/cluster/media_probe.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

struct probing_node {
  probing_node(std::string of, uint64_t incarnation, uint16_t port)
      : what{std::move(of), incarnation, *net::parse_address("10.0.0.1", port)}
      , probe(incarnation) {}

  probed_node what;
  media_probe probe;
  std::map<std::string, udp_state> seen;
  size_t sent = 0;
};

/// Two nodes, and the ways between them.
struct probe_scene {
  probe_scene() {
    a.probe.set_nodes({b.what}, now);
    b.probe.set_nodes({a.what}, now);
  }

  /// Lets the two exchange probes, second by second.
  void run(std::chrono::seconds time) {
    for (const auto end = now + time; now < end; now += 1s) {
      deliver(a, b, a_reaches_b);
      deliver(b, a, b_reaches_a);
      deliver(a, b, a_reaches_b);
      note(a);
      note(b);
    }
  }

  void deliver(probing_node& from, probing_node& to, bool arrives) {
    while (auto x = from.probe.poll_probe(now)) {
      CHECK(x->octets.size() == 1400);
      CHECK(x->to == to.what.media);
      ++from.sent;
      if (arrives)
        to.probe.handle_datagram(x->octets, from.what.media, now);
    }
  }

  void note(probing_node& x) {
    while (auto change = x.probe.poll_change(now))
      x.seen[change->node] = change->state;
  }

  probing_node a{"a", 17, 4001};
  probing_node b{"b", 18, 4002};
  bool a_reaches_b = true;
  bool b_reaches_a = true;
  net::time_point now{};
};

} // namespace

TEST_CASE("a way that carries probes both ways works within a second") {
  probe_scene x;
  x.run(1s);
  CHECK(x.a.seen["b"] == udp_state::works);
  CHECK(x.b.seen["a"] == udp_state::works);
  x.run(60s);
  CHECK(x.a.seen["b"] == udp_state::works);
  // No more than one in five seconds, and one more at the beginning.
  CHECK(x.a.sent <= 61 / 5 + 2);
}

TEST_CASE("a way that carries nothing is told once it was tried thrice") {
  probe_scene x;
  x.a_reaches_b = x.b_reaches_a = false;
  x.run(16s);
  CHECK(x.a.seen["b"] == udp_state::unknown);
  x.run(1s);
  CHECK(x.a.sent >= 3);
  CHECK(x.a.seen["b"] == udp_state::incoming_lost);
  CHECK(x.b.seen["a"] == udp_state::incoming_lost);
}

TEST_CASE("either end knows which of the two ways is broken") {
  probe_scene x;
  x.a_reaches_b = false;
  x.run(17s);
  CHECK(x.a.seen["b"] == udp_state::outgoing_lost);
  CHECK(x.b.seen["a"] == udp_state::incoming_lost);
  x.a_reaches_b = true;
  x.run(6s);
  CHECK(x.a.seen["b"] == udp_state::works);
  CHECK(x.b.seen["a"] == udp_state::works);
}

TEST_CASE("a way that breaks later is told within seconds") {
  probe_scene x;
  x.run(100s);
  x.b_reaches_a = false;
  x.run(25s);
  CHECK(x.a.seen["b"] == udp_state::incoming_lost);
  CHECK(x.b.seen["a"] == udp_state::outgoing_lost);
}

TEST_CASE("only probes of a known node from its address count") {
  probe_scene x;
  auto probe = x.b.probe.poll_probe(x.now);
  REQUIRE(probe);
  const std::vector<uint8_t> octets{probe->octets.begin(), probe->octets.end()};
  auto unheard = [&](net::byte_span data, const net::socket_address& from) {
    probe_scene y;
    y.a.probe.handle_datagram(data, from, y.now);
    y.note(y.a);
    y.now += media_probe::patience;
    y.note(y.a);
    return y.a.seen["b"] == udp_state::incoming_lost;
  };
  SUBCASE("another address") {
    CHECK(unheard(octets, *net::parse_address("10.0.0.9", 4002)));
    CHECK(unheard(octets, *net::parse_address("10.0.0.1", 4003)));
  }
  SUBCASE("a fragment of it") {
    CHECK(unheard(net::byte_span{octets}.first(1000), x.b.what.media));
    CHECK(unheard({}, x.b.what.media));
  }
  SUBCASE("another incarnation") {
    probing_node other{"b", 19, 4002};
    other.probe.set_nodes({x.a.what}, x.now);
    CHECK(unheard(other.probe.poll_probe(x.now)->octets, x.b.what.media));
  }
  SUBCASE("a probe for another node") {
    probing_node b{"b", 18, 4002};
    b.probe.set_nodes({{"c", 99, x.a.what.media}}, x.now);
    CHECK(unheard(b.probe.poll_probe(x.now)->octets, x.b.what.media));
  }
}

TEST_CASE("a node that restarts is tried anew, and one that left no more") {
  probe_scene x;
  x.run(1s);
  x.b.what.incarnation = 20;
  x.a.probe.set_nodes({x.b.what}, x.now);
  x.note(x.a);
  CHECK(x.a.seen["b"] == udp_state::unknown);
  CHECK(x.a.probe.poll_probe(x.now));
  x.a.probe.set_nodes({}, x.now + 1h);
  CHECK_FALSE(x.a.probe.poll_probe(x.now + 1h));
  CHECK_FALSE(x.a.probe.poll_change(x.now + 1h));
}

TEST_CASE("a username fragment of a probe is that of one incarnation") {
  CHECK(media_probe::fragment_of(0x1234) == "node0000000000001234");
  const auto fragment = net::stun_username_fragment;
  probe_scene x;
  CHECK(fragment(x.a.probe.poll_probe(x.now)->octets)
        == media_probe::fragment_of(18));
}
