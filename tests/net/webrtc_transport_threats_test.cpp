// Attacks on one transport (docs/threats.md).
#include "net/webrtc_transport.hpp"

#include "tests/support/transport_pair.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using octets = std::vector<uint8_t>;

const transport_tuple attacker = make_tuple(66, 6666);

// The first flight of another DTLS client.
octets foreign_client_hello() {
  dtls_connection other{client_certificate()};
  other.start(dtls_role::client, {server_certificate().fingerprint()}, {});
  const auto out = other.poll_datagram();
  REQUIRE(out);
  return {out->begin(), out->end()};
}

uint64_t accepted(const transport_stats& x) {
  return x.received.packets - x.drops.total();
}

} // namespace

TEST_SUITE("webrtc_transport under attack") {
  TEST_CASE(
      "a foreign ClientHello does not affect a handshake (CVE-2023-49786)") {
    const auto hello = foreign_client_hello();
    for (uint64_t seed = 0; seed < 1000; ++seed) {
      const auto role = seed % 2 == 0 ? dtls_role::client : dtls_role::server;
      transport_pair pair{{.client_role = role, .seed = seed}};
      CAPTURE(seed);
      pair.deliver(hello, attacker);
      pair.connect_server();
      pair.deliver(hello, attacker);
      pair.start_client();
      uint64_t sent = 2;
      for (int i = 0; i < 200 && !pair.connected(); ++i) {
        pair.client.handle_timeout(pair.now);
        pair.server.handle_timeout(pair.now);
        while (auto x = pair.client.poll_datagram()) {
          pair.deliver(hello, attacker);
          pair.deliver(*x);
          pair.deliver(hello, attacker);
          sent += 2;
        }
        pair.exchange();
        pair.now += 10ms;
      }
      REQUIRE(pair.connected());
      pair.deliver(hello, attacker);
      pair.exchange();
      CHECK(pair.server.dtls() == dtls_state::connected);
      CHECK(pair.client.dtls() == dtls_state::connected);
      CHECK(pair.astray.empty());
      CHECK(pair.server.stats().drops[drop_reason::unknown_tuple] == sent + 1);
      CHECK(pair.to_server(make_rtp(1)));
    }
  }

  TEST_CASE("a wrong fingerprint fails the transport in both roles") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role}};
      auto wrong = client_certificate().fingerprint();
      wrong.value.front() = wrong.value.front() == 'A' ? 'B' : 'A';
      const auto remote = role == dtls_role::client ? remote_dtls_role::client
                                                    : remote_dtls_role::server;
      REQUIRE(pair.server.connect(remote, {wrong}, pair.now).has_value());
      pair.start_client();
      pair.run(1s);
      CHECK(pair.server.dtls() == dtls_state::failed);
      CHECK_FALSE(pair.server.can_send());
      CHECK_FALSE(pair.server.profile());
      CHECK_FALSE(pair.to_server(make_rtp(1)));
    }
  }

  TEST_CASE("media and DTLS from a tuple without a check are dropped") {
    transport_pair pair;
    REQUIRE(pair.connect());
    const auto before = accepted(pair.server.stats());
    // Even valid SRTP of the client itself adds no tuple.
    for (uint16_t i = 0; i < 100; ++i)
      pair.deliver(*pair.client.protect_rtp(make_rtp(i)), attacker);
    pair.deliver(*pair.client.protect_rtcp(make_rtcp()), attacker);
    CHECK_FALSE(pair.server.poll_rtp());
    CHECK(pair.server.stats().drops[drop_reason::unknown_tuple] == 101);
    CHECK(accepted(pair.server.stats()) == before);
    CHECK(pair.server.selected_tuple() == pair.path);
    // The same packets are accepted from the validated tuple.
    CHECK(pair.to_server(make_rtp(100)));
  }

  TEST_CASE("a peer's random SSRCs do not block its next producer") {
    transport_pair pair;
    pair.server.keep_source(1); // before there are keys
    REQUIRE(pair.connect());
    REQUIRE(pair.to_server(make_rtp(1, 1)));
    for (uint32_t ssrc = 1000; ssrc < 6000; ++ssrc) {
      REQUIRE(pair.to_server(make_rtp(1, ssrc)));
      REQUIRE_FALSE(pair.server.poll_rtp());
    }
    const auto of_old = *pair.client.protect_rtp(make_rtp(2, 1));
    pair.deliver(of_old);
    CHECK(pair.server.poll_rtp());
    pair.deliver(of_old);
    CHECK_FALSE(pair.server.poll_rtp());
    // Two thousand producers, one after the other.
    for (uint32_t ssrc = 10'000; ssrc < 12'000; ++ssrc) {
      pair.server.keep_source(ssrc);
      REQUIRE(pair.to_server(make_rtp(1, ssrc)));
      REQUIRE_FALSE(pair.server.poll_rtp());
      pair.server.retire_source(ssrc);
    }
    pair.server.retire_source(1);
    pair.deliver(of_old);
    CHECK_FALSE(pair.server.poll_rtp());
    CHECK(pair.server.stats().drops[drop_reason::srtp_exhausted] == 0);
    CHECK(pair.server.stats().drops[drop_reason::srtp_replayed] == 2);
  }

  TEST_CASE("only an authenticated nomination moves the selected tuple") {
    transport_pair pair;
    REQUIRE(pair.connect());
    const auto home = pair.path;
    auto forged = ice_check::to(pair.server.local_ice());
    forged.use_candidate = true;
    forged.password = "a guess";
    pair.deliver(forged.build(), attacker);
    forged.integrity = false;
    pair.deliver(forged.build(), attacker);
    CHECK(pair.server.selected_tuple() == home);
    // A valid check without nomination makes a tuple valid, but does not select
    // it.
    pair.deliver(ice_check::to(pair.server.local_ice()).build(), make_tuple(3));
    pair.deliver(*pair.client.protect_rtp(make_rtp(7)), make_tuple(3));
    CHECK(pair.server.poll_rtp());
    CHECK(pair.server.selected_tuple() == home);
    // USE-CANDIDATE after MESSAGE-INTEGRITY is not authenticated.
    auto appended = ice_check::to(pair.server.local_ice());
    appended.trailing_use_candidate = true;
    pair.deliver(appended.build(), make_tuple(3));
    CHECK(pair.server.selected_tuple() == home);
    pair.exchange();
    pair.astray.clear();
    pair.path = make_tuple(3);
    pair.client.check(true);
    pair.exchange();
    CHECK(pair.server.selected_tuple() == make_tuple(3));
    CHECK(pair.to_client(make_rtp(8)));
    CHECK(pair.astray.empty());
  }

  TEST_CASE("a forged check from the client's address changes nothing") {
    transport_pair pair;
    REQUIRE(pair.connect());
    auto forged = ice_check::to(pair.server.local_ice());
    forged.password = "a guess";
    for (int i = 0; i < 1000; ++i)
      pair.deliver(forged.build());
    pair.exchange();
    CHECK(pair.server.ice() == ice_state::completed);
    CHECK(pair.to_server(make_rtp(1)));
  }

  TEST_CASE("10,000 bad tags do not end the session (CVE-2021-41105)") {
    transport_pair pair;
    REQUIRE(pair.connect());
    for (uint32_t i = 0; i < 10'000; ++i) {
      auto x = *pair.client.protect_rtp(make_rtp(static_cast<uint16_t>(i)));
      x.back() ^= 1;
      pair.deliver(x);
    }
    CHECK_FALSE(pair.server.poll_rtp());
    const auto& drops = pair.server.stats().drops;
    CHECK(drops[drop_reason::srtp_bad_tag] == 10'000);
    CHECK(drops.total() == 10'000);
    pair.run(1s);
    CHECK(pair.connected());
    CHECK(pair.to_server(make_rtp(10'000)));
    CHECK(pair.to_client(make_rtp(1)));
    CHECK(pair.events_of<dtls_state_changed>().size() == 2);
  }

  TEST_CASE("replayed packets are dropped, RTP and RTCP") {
    transport_pair pair;
    REQUIRE(pair.connect());
    std::vector<octets> capture;
    for (uint32_t i = 0; i < 300; ++i)
      capture.push_back(*pair.client.protect_rtp(
          make_rtp(static_cast<uint16_t>(65'400 + i))));
    capture.push_back(*pair.client.protect_rtcp(make_rtcp()));
    for (int round = 0; round < 3; ++round)
      for (const auto& x : capture)
        pair.deliver(x);
    int received = 0;
    while (pair.server.poll_rtp())
      ++received;
    CHECK(received == 300);
    CHECK(pair.server.poll_rtcp());
    CHECK_FALSE(pair.server.poll_rtcp());
    CHECK(pair.server.stats().drops[drop_reason::srtp_replayed] == 602);
  }

  TEST_CASE("a packet index is never used twice for sending") {
    transport_pair pair;
    REQUIRE(pair.connect());
    CHECK(pair.to_client(make_rtp(5)));
    CHECK_FALSE(pair.to_client(make_rtp(5)));
    CHECK(pair.server.stats().unsent == 1);
    CHECK(pair.to_client(make_rtp(6)));
  }

  TEST_CASE("media before the keys exist is dropped") {
    transport_pair pair;
    pair.deliver(ice_check::to(pair.server.local_ice()).build());
    pair.deliver(make_rtp(1));
    pair.deliver(make_rtcp());
    CHECK(pair.server.stats().drops[drop_reason::no_keys] == 2);
    CHECK_FALSE(pair.server.poll_rtp());
  }

  TEST_CASE("short and malformed datagrams are dropped, each for one reason") {
    transport_pair pair;
    REQUIRE(pair.connect());
    auto random = make_seeded_rng(3);
    const auto before = pair.server.stats();
    for (uint32_t i = 0; i < 20'000; ++i) {
      octets x(random->below(200));
      random->fill(x);
      if (x.size() > 1)
        // Mostly RTP and RTCP; no DTLS, which may be accepted.
        x[0] = random->below(2) ? 0x80 | (x[0] & 0x3f) : x[0] & 0x03;
      pair.deliver(x);
    }
    const auto& after = pair.server.stats();
    CHECK(after.received.packets == before.received.packets + 20'000);
    CHECK(after.drops.total() == before.drops.total() + 20'000);
    CHECK_FALSE(pair.server.poll_rtp());
    CHECK_FALSE(pair.server.poll_rtcp());
    CHECK_FALSE(pair.server.poll_datagram());
    CHECK(pair.to_server(make_rtp(1)));
  }

  TEST_CASE("random datagrams get no response from any tuple") {
    transport_pair pair;
    pair.connect_server();
    auto random = make_seeded_rng(4);
    for (uint32_t i = 0; i < 100'000; ++i) {
      octets x(random->below(120));
      random->fill(x);
      pair.deliver(x, make_tuple(static_cast<uint8_t>(i)));
    }
    CHECK_FALSE(pair.server.poll_datagram());
    CHECK_FALSE(pair.server.poll_event());
    CHECK(pair.server.stats().drops.total() == 100'000);
    CHECK(pair.pool->size() <= 2);
    pair.start_client();
    pair.run(1s);
    CHECK(pair.connected());
  }

  TEST_CASE("junk in DTLS's range from the client's address has no effect") {
    transport_pair pair;
    pair.start_client();
    auto random = make_seeded_rng(5);
    const auto spray = [&] {
      for (int i = 0; i < 200; ++i) {
        octets x(13 + random->below(300));
        random->fill(x);
        x[0] = static_cast<uint8_t>(20 + random->below(44));
        pair.deliver(x);
      }
    };
    pair.run(100ms);
    pair.connect_server();
    spray();
    pair.run(5s);
    REQUIRE(pair.connected());
    spray();
    pair.run(1s);
    CHECK(pair.connected());
    CHECK(pair.to_server(make_rtp(1)));
  }

  TEST_CASE("queues that the owner does not poll are bounded") {
    transport_pair pair;
    REQUIRE(pair.connect());
    for (uint32_t i = 0; i < 3'000; ++i) {
      pair.deliver(
          *pair.client.protect_rtp(make_rtp(static_cast<uint16_t>(i))));
      pair.deliver(*pair.client.protect_rtcp(make_rtcp()));
    }
    const auto kept = webrtc_transport::max_queued;
    CHECK(pair.server.stats().drops[drop_reason::queue_full]
          == 2 * (3'000 - kept));
    size_t received = 0;
    while (pair.server.poll_rtp())
      ++received;
    while (pair.server.poll_rtcp())
      ++received;
    CHECK(received == 2 * kept);
    CHECK(pair.to_server(make_rtp(3'000)));
  }
}
