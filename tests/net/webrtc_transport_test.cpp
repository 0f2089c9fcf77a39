#include "net/webrtc_transport.hpp"

#include "tests/support/transport_pair.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace troupe::net;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

using octets = std::vector<uint8_t>;

const transport_tuple elsewhere = make_tuple(66, 6666);

std::vector<dtls_state> dtls_states(const transport_pair& x) {
  std::vector<dtls_state> out;
  for (auto event : x.events_of<dtls_state_changed>())
    out.push_back(event.state);
  return out;
}

} // namespace

TEST_SUITE("webrtc_transport") {
  TEST_CASE("connects in both DTLS roles and reports it") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      CAPTURE(static_cast<int>(role));
      transport_pair pair{{.client_role = role}};
      CHECK_FALSE(pair.server.can_send());
      REQUIRE(pair.connect());
      pair.exchange();
      CHECK(pair.server.ice() == ice_state::completed);
      CHECK(pair.server.can_send());
      CHECK(pair.server.selected_tuple() == pair.path);
      CHECK(pair.server.profile() == pair.client.keys()->profile);
      CHECK(pair.client.mapped_address() == pair.path.remote);
      CHECK(dtls_states(pair)
            == std::vector{dtls_state::connecting, dtls_state::connected});
      CHECK(pair.astray.empty());
      CHECK(pair.server.stats().drops.total() == 0);
    }
  }

  TEST_CASE("connect returns our role") {
    const std::vector fingerprints{client_certificate().fingerprint()};
    const auto answer = [&](remote_dtls_role remote) {
      transport_pair pair;
      return *pair.server.connect(remote, fingerprints, pair.now);
    };
    CHECK(answer(remote_dtls_role::client) == dtls_role::server);
    CHECK(answer(remote_dtls_role::server) == dtls_role::client);
    CHECK(answer(remote_dtls_role::automatic) == dtls_role::client);
  }

  TEST_CASE(
      "connect fails the second time, without fingerprints and once closed") {
    transport_pair pair;
    const std::vector fingerprints{client_certificate().fingerprint()};
    const auto connect = [&](auto list) {
      return pair.server.connect(remote_dtls_role::client, list, pair.now);
    };
    CHECK(connect(std::vector<certificate_fingerprint>{}).error()
          == transport_errc::no_fingerprint);
    CHECK(connect(fingerprints).has_value());
    CHECK(connect(fingerprints).error() == transport_errc::already_connected);
    pair.server.close();
    CHECK(connect(fingerprints).error() == transport_errc::closed);
    CHECK(connect(fingerprints).error().message() == "the transport is closed");
  }

  TEST_CASE("media flows both ways over each backend") {
    for (auto backend : {srtp_backend::libsrtp2, srtp_backend::openssl,
                         srtp_backend::ipsec_mb}) {
      if (!srtp_backend_available(backend))
        continue;
      CAPTURE(to_string(backend));
      transport_pair pair{{.backend = backend}};
      REQUIRE(pair.connect());
      for (uint32_t i = 0; i < 200; ++i) {
        const auto packet = make_rtp(static_cast<uint16_t>(65'400 + i));
        REQUIRE(pair.to_server(packet) == packet);
        REQUIRE(pair.to_client(packet) == packet);
      }
      CHECK(pair.server.stats().rtp_received.packets == 200);
      CHECK(pair.server.stats().rtp_sent.packets == 200);
      CHECK(pair.server.stats().drops.total() == 0);
      CHECK(pair.client.refused() == 0);
    }
  }

  TEST_CASE("media flows both ways under each SRTP profile and role") {
    for (auto profile : srtp_profile_preference) {
      const auto client_dtls = dtls_context::make({&profile, 1});
      REQUIRE(client_dtls.has_value());
      for (auto role : {dtls_role::client, dtls_role::server}) {
        CAPTURE(to_string(profile));
        transport_pair pair{
            {.client_role = role, .client_dtls = client_dtls->get()}};
        REQUIRE(pair.connect());
        CHECK(pair.server.profile() == profile);
        for (auto sequence : {65'535, 0, 1}) {
          const auto packet = make_rtp(static_cast<uint16_t>(sequence));
          CHECK(pair.to_server(packet) == packet);
          CHECK(pair.to_client(packet) == packet);
        }
      }
    }
  }

  TEST_CASE("RTCP flows both ways") {
    transport_pair pair;
    REQUIRE(pair.connect());
    const auto report = make_rtcp();
    pair.deliver(*pair.client.protect_rtcp(report));
    const auto in = pair.server.poll_rtcp();
    REQUIRE(in);
    const auto plain = std::as_const(*in->data).bytes();
    CHECK(octets(plain.begin(), plain.end()) == report);
    CHECK_FALSE(pair.server.poll_rtcp());
    CHECK_FALSE(pair.server.poll_rtp());
    octets scratch(report.size() + srtcp_max_overhead);
    const auto size = pair.server.protect_rtcp(report, scratch);
    REQUIRE(size);
    pair.client.handle_datagram(byte_span{scratch}.first(*size), pair.now);
    CHECK(pair.client.poll_rtcp() == report);
    CHECK(pair.server.stats().rtcp_received.packets == 1);
    CHECK(pair.server.stats().rtcp_sent.packets == 1);
  }

  TEST_CASE("packets keep order, arrival time and buffer") {
    transport_pair pair;
    REQUIRE(pair.connect());
    const auto buffers = pair.pool->size();
    for (uint16_t i = 0; i < 10; ++i) {
      pair.now += 1ms;
      pair.deliver(*pair.client.protect_rtp(make_rtp(i)));
    }
    const auto first = pair.now - 9ms;
    for (uint16_t i = 0; i < 10; ++i) {
      const auto x = pair.server.poll_rtp();
      REQUIRE(x);
      CHECK(x->arrival == first + i * 1ms);
      CHECK(load_u16(std::as_const(*x->data).bytes().data() + 2) == i);
    }
    CHECK_FALSE(pair.server.poll_rtp());
    CHECK(pair.pool->size() <= buffers + 10);
  }

  TEST_CASE("application data flows both ways") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role}};
      const octets hello{1, 2, 3, 4};
      CHECK_FALSE(pair.server.send_data(hello));
      REQUIRE(pair.connect());
      CHECK(pair.server.send_data(hello));
      CHECK(pair.client.send_data(octets{5, 6}));
      pair.exchange();
      CHECK(pair.client.poll_data() == hello);
      CHECK(pair.server.poll_data() == octets{5, 6});
      CHECK_FALSE(pair.server.poll_data());
    }
  }

  TEST_CASE("without application data media continues after DTLS is released") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role, .application_data = false}};
      REQUIRE(pair.connect());
      CHECK_FALSE(pair.server.send_data(octets{1}));
      CHECK(pair.to_server(make_rtp(65'535)));
      CHECK_FALSE(pair.server.send_data(octets{1}));
      CHECK(pair.to_server(make_rtp(0)));
      CHECK(pair.to_client(make_rtp(0)));
      pair.run(60s);
      CHECK(pair.server.can_send());
      CHECK(pair.server.profile() == pair.client.keys()->profile);
      pair.server.close();
      pair.exchange();
      CHECK(pair.client.dtls() == dtls_state::closed);
    }
  }

  TEST_CASE("a peer that may have either role is recognized by its behaviour") {
    for (auto role : {dtls_role::client, dtls_role::server})
      for (auto first : {remote_dtls_role::client, remote_dtls_role::server}) {
        CAPTURE(int(role));
        CAPTURE(int(first));
        transport_pair pair{{.client_role = role}};
        const auto& print = client_certificate().fingerprint();
        // The other transport of the peer has another certificate, too.
        const auto second = first == remote_dtls_role::client
                                ? remote_dtls_role::server
                                : remote_dtls_role::client;
        const auto meant = role == dtls_role::client ? remote_dtls_role::client
                                                     : remote_dtls_role::server;
        const auto& other = server_certificate().fingerprint();
        REQUIRE(pair.server
                    .connect(first, {first == meant ? print : other}, pair.now)
                    .has_value());
        pair.server.allow(second, {second == meant ? print : other});
        pair.start_client();
        pair.run(100ms);
        if (role == dtls_role::server)
          pair.run(webrtc_transport::role_timeout);
        for (int i = 0; i < 20 && !pair.connected(); ++i)
          pair.run(50ms);
        CHECK(pair.connected());
      }
  }

  TEST_CASE("a role that is certain needs no wait") {
    transport_pair pair{{.client_role = dtls_role::server}};
    const auto& print = client_certificate().fingerprint();
    REQUIRE(pair.server.connect(remote_dtls_role::server, {print}, pair.now)
                .has_value());
    pair.server.allow(remote_dtls_role::automatic, {print});
    pair.start_client();
    pair.run(100ms);
    CHECK(pair.connected());
  }

  TEST_CASE("a client that closes after the release and is silent has left") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role, .application_data = false}};
      REQUIRE(pair.connect());
      CHECK(pair.to_server(make_rtp(1)));
      pair.client.close();
      pair.exchange();
      CHECK(pair.server.can_send());
      const auto reported = pair.events_of<peer_leaving>();
      REQUIRE(reported.size() == 1);
      CHECK(reported[0].leaving);
      pair.lost_to_server = [](byte_span) {
        return true;
      };
      pair.run(webrtc_transport::leaving_timeout - 100ms);
      CHECK(pair.server.dtls() == dtls_state::connected);
      pair.run(200ms);
      CHECK(pair.server.dtls() == dtls_state::closed);
    }
  }

  TEST_CASE("a forged close after the release changes nothing") {
    transport_pair pair{{.application_data = false}};
    REQUIRE(pair.connect());
    CHECK(pair.to_server(make_rtp(1)));
    octets forged{21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26};
    forged.resize(39);
    for (int i = 0; i < 20; ++i) {
      pair.deliver(forged, *pair.server.selected_tuple());
      pair.run(5s);
    }
    CHECK(pair.server.can_send());
    const auto reported = pair.events_of<peer_leaving>();
    REQUIRE(reported.size() == 40);
    CHECK_FALSE(reported.back().leaving);
    // An unencrypted alert is not taken for the client's.
    forged[4] = 0;
    pair.deliver(forged, *pair.server.selected_tuple());
    CHECK(pair.events_of<peer_leaving>().size() == 40);
  }

  TEST_CASE("a lost last flight is repeated after the release") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role, .application_data = false}};
      // The DTLS server sends the last flight, and is connected when it does.
      int lost = 0;
      auto lose = [&](byte_span x, dtls_state sender) {
        return sender == dtls_state::connected
               && classify(x) == datagram_kind::dtls && ++lost <= 3;
      };
      if (role == dtls_role::client)
        pair.lost_to_client = [&](byte_span x) {
          return lose(x, pair.server.dtls());
        };
      else
        pair.lost_to_server = [&](byte_span x) {
          return lose(x, pair.client.dtls());
        };
      REQUIRE(pair.connect());
      CHECK(lost > 3);
      CHECK_FALSE(pair.server.send_data(octets{1}));
      CHECK(pair.to_server(make_rtp(65'535)));
      CHECK(pair.to_client(make_rtp(65'535)));
      CHECK(pair.to_server(make_rtp(0)));
      CHECK(pair.to_client(make_rtp(0)));
      pair.server.close();
      pair.exchange();
      CHECK(pair.client.dtls() == dtls_state::closed);
    }
  }

  TEST_CASE("a client that starts before the connect request gets through") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role}};
      pair.start_client();
      pair.run(2s);
      CHECK(pair.server.ice() == ice_state::completed);
      CHECK(pair.server.dtls() == dtls_state::fresh);
      pair.connect_server();
      pair.run(5s);
      CHECK(pair.connected());
    }
  }

  TEST_CASE("the handshake's deadline starts when ICE connects") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role}};
      pair.connect_server();
      pair.run(60s);
      CHECK(pair.server.dtls() == dtls_state::fresh);
      CHECK_FALSE(pair.server.poll_timeout());
      pair.start_client();
      pair.run(1s);
      CHECK(pair.connected());
    }
  }

  TEST_CASE("a handshake without a response fails at its deadline") {
    transport_pair pair{{.client_role = dtls_role::server}};
    pair.connect_server();
    pair.deliver(ice_check::to(pair.server.local_ice()).build());
    CHECK(pair.server.dtls() == dtls_state::connecting);
    for (int i = 0; i < 7; ++i) {
      CHECK(pair.server.dtls() == dtls_state::connecting);
      pair.run(4s);
      pair.deliver(ice_check::to(pair.server.local_ice()).build());
    }
    CHECK(pair.server.dtls() == dtls_state::connecting);
    pair.run(3s);
    CHECK(pair.server.dtls() == dtls_state::failed);
    CHECK(pair.server.ice() == ice_state::connected);
  }

  TEST_CASE("nothing is sent to a client that sends nothing") {
    transport_pair pair{{.client_role = dtls_role::server}};
    pair.connect_server();
    CHECK_FALSE(pair.server.poll_datagram());
    pair.run(100s);
    CHECK(pair.server.stats().sent.packets == 0);
  }

  TEST_CASE("an ICE restart moves the session and does not affect DTLS") {
    transport_pair pair;
    REQUIRE(pair.connect());
    const auto before = pair.server.local_ice();
    const auto after = pair.server.restart_ice(*pair.random);
    CHECK(after.username_fragment != before.username_fragment);
    CHECK(pair.server.local_ice() == after);
    // Media continues before the client has received the new credentials.
    CHECK(pair.to_server(make_rtp(1)));
    pair.path = elsewhere;
    pair.client.set_remote_ice(after, pair.now);
    pair.run(1s);
    CHECK(pair.client.ice_connected());
    CHECK(pair.server.selected_tuple() == elsewhere);
    CHECK(pair.to_server(make_rtp(2)));
    CHECK(pair.to_client(make_rtp(2)));
    const auto retired = pair.events_of<username_fragment_retired>();
    REQUIRE(retired.size() == 1);
    CHECK(retired[0].username_fragment == before.username_fragment);
    CHECK(dtls_states(pair).size() == 2);
  }

  TEST_CASE("without checks for 30 s sending stops; a check resumes it") {
    transport_pair pair;
    REQUIRE(pair.connect());
    pair.run(120s);
    CHECK(pair.server.can_send());
    const auto remote = pair.server.local_ice();
    pair.client.stop_checks();
    pair.run(27s);
    CHECK(pair.server.can_send());
    pair.run(3s);
    CHECK(pair.server.ice() == ice_state::disconnected);
    CHECK_FALSE(pair.server.can_send());
    CHECK_FALSE(pair.to_client(make_rtp(1)));
    CHECK(pair.server.stats().unsent == 1);
    CHECK_FALSE(pair.to_server(make_rtp(1)));
    CHECK(pair.server.stats().drops[drop_reason::unknown_tuple] == 1);
    CHECK_FALSE(pair.server.send_data(octets{1}));
    pair.client.set_remote_ice(remote, pair.now);
    pair.run(1s);
    CHECK(pair.to_client(make_rtp(2)));
    CHECK(pair.to_server(make_rtp(2)));
  }

  TEST_CASE("media alone does not renew consent") {
    transport_pair pair;
    REQUIRE(pair.connect());
    pair.client.stop_checks();
    for (uint16_t i = 0; i < 40; ++i) {
      pair.run(1s);
      pair.to_server(make_rtp(i));
    }
    CHECK(pair.server.ice() == ice_state::disconnected);
  }

  TEST_CASE("when a TCP connection closes, another valid tuple is selected") {
    transport_pair pair;
    const auto udp = pair.path;
    const auto tcp = make_tuple(1, 7000, transport_protocol::tcp);
    pair.path = tcp;
    REQUIRE(pair.connect());
    pair.deliver(ice_check::to(pair.server.local_ice()).build(), udp);
    CHECK(pair.server.selected_tuple() == tcp);
    pair.server.handle_tuple_closed(tcp);
    CHECK(pair.server.selected_tuple() == udp);
    CHECK(pair.server.can_send());
    pair.server.handle_tuple_closed(udp);
    CHECK_FALSE(pair.server.can_send());
    CHECK(pair.server.ice() == ice_state::disconnected);
    CHECK(pair.server.dtls() == dtls_state::connected);
  }

  TEST_CASE("close sends close_notify and refuses everything afterwards") {
    for (auto role : {dtls_role::client, dtls_role::server}) {
      transport_pair pair{{.client_role = role}};
      REQUIRE(pair.connect());
      pair.server.close();
      pair.server.close();
      pair.exchange();
      CHECK(pair.client.dtls() == dtls_state::closed);
      CHECK(pair.server.ice() == ice_state::closed);
      CHECK(pair.server.dtls() == dtls_state::closed);
      CHECK_FALSE(pair.server.can_send());
      CHECK_FALSE(pair.server.poll_timeout());
      CHECK(pair.events_of<tuple_removed>().size() == 1);
      const auto before = pair.server.stats().drops.total();
      pair.deliver(make_rtp(1));
      pair.deliver(ice_check::to(pair.server.local_ice()).build());
      CHECK(pair.server.stats().drops.total() == before + 2);
      CHECK_FALSE(pair.server.poll_datagram());
    }
  }

  TEST_CASE("a transport may be closed at any stage") {
    {
      transport_pair pair;
      pair.server.close();
      pair.exchange();
      CHECK(pair.server.stats().sent.packets == 0);
    }
    transport_pair pair;
    pair.connect_server();
    pair.start_client();
    pair.client.handle_timeout(pair.now);
    pair.deliver(*pair.client.poll_datagram());
    pair.server.close();
    pair.exchange();
    pair.run(20s);
    CHECK(pair.server.dtls() == dtls_state::closed);
  }

  TEST_CASE("a client's close_notify closes DTLS") {
    transport_pair pair;
    REQUIRE(pair.connect());
    pair.client.close();
    pair.exchange();
    CHECK(pair.server.dtls() == dtls_state::closed);
    CHECK_FALSE(pair.server.can_send());
    CHECK(dtls_states(pair).back() == dtls_state::closed);
  }

  TEST_CASE("RTP that waited too long is dropped before it is decrypted") {
    transport_pair pair{{.max_media_age = 200ms}};
    REQUIRE(pair.connect());
    const auto late = *pair.client.protect_rtp(make_rtp(1));
    pair.deliver_late(late, 201ms);
    CHECK_FALSE(pair.server.poll_rtp());
    CHECK(pair.server.stats().drops[drop_reason::too_late] == 1);
    CHECK(pair.server.stats().rtp_received.packets == 0);
    // It was dropped before SRTP: the replay window does not contain it.
    pair.deliver_late(late, 200ms);
    CHECK(pair.server.poll_rtp());
    // RTCP reports are few, and useful for longer.
    pair.deliver_late(*pair.client.protect_rtcp(make_rtcp()), 5s);
    CHECK(pair.server.poll_rtcp());
    CHECK(pair.server.stats().drops.total() == 1);
  }

  TEST_CASE("every drop reason has a unique name") {
    std::set<std::string_view> names;
    for (size_t i = 0; i < drop_reason_count; ++i)
      names.insert(to_string(static_cast<drop_reason>(i)));
    CHECK(names.size() == drop_reason_count);
    CHECK_FALSE(names.contains("invalid"));
  }
}
