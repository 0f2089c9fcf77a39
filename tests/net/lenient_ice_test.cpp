// Transports for clients that send ICE checks without PRIORITY, or no consent
// checks (docs/adr/0046-consent-by-media.md).
#include "net/webrtc_transport.hpp"

#include "tests/support/transport_pair.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

// A connected client that sends no more checks.
struct lenient_pair : transport_pair {
  lenient_pair()
      : transport_pair({.application_data = false, .lenient_ice = true}) {
    REQUIRE(connect());
    client.stop_checks();
  }

  // Sends a packet each second.
  void send_for(std::chrono::seconds time) {
    for (auto i = 0s; i < time; i += 1s) {
      run(1s);
      to_server(make_rtp(next++));
    }
  }

  uint16_t next = 65'500;
};

} // namespace

TEST_SUITE("lenient ICE") {
  TEST_CASE_FIXTURE(lenient_pair, "media alone renews consent") {
    send_for(100s);
    CHECK(server.ice() == ice_state::completed);
    CHECK(server.can_send());
    CHECK(server.stats().drops.total() == 0);
    // 30 s after the last packet it ends.
    run(30s - 1ms);
    CHECK(server.can_send());
    run(1ms);
    CHECK(server.ice() == ice_state::disconnected);
    CHECK_FALSE(server.can_send());
    CHECK_FALSE(to_server(make_rtp(next++)));
    CHECK(server.ice() == ice_state::disconnected);
  }

  TEST_CASE_FIXTURE(lenient_pair, "RTCP renews consent like RTP") {
    for (int i = 0; i < 40; ++i) {
      run(1s);
      deliver(*client.protect_rtcp(make_rtcp()));
    }
    CHECK(server.can_send());
  }

  TEST_CASE_FIXTURE(lenient_pair, "a check renews consent as well") {
    run(20s);
    deliver(ice_check::to(server.local_ice()).build());
    run(20s);
    CHECK(server.can_send());
    run(10s);
    CHECK_FALSE(server.can_send());
  }

  TEST_CASE_FIXTURE(lenient_pair, "what SRTP refuses renews no consent") {
    const auto seen = client.protect_rtp(make_rtp(1));
    const auto report = client.protect_rtcp(make_rtcp());
    deliver(*seen);
    deliver(*report);
    auto forged = *client.protect_rtp(make_rtp(2));
    forged.back() ^= 1;
    for (int i = 0; i < 40; ++i) {
      run(1s);
      deliver(*seen);
      deliver(*report);
      deliver(forged);
    }
    CHECK(server.ice() == ice_state::disconnected);
  }

  TEST_CASE_FIXTURE(lenient_pair, "media renews the consent of the selected "
                                  "tuple alone, and selects none") {
    const auto home = path;
    const auto other = make_tuple(2);
    const auto unknown = make_tuple(3);
    for (const auto& tuple : {home, other})
      deliver(ice_check::to(server.local_ice()).build(), tuple);
    for (int i = 0; i < 29; ++i) {
      run(1s);
      deliver(*client.protect_rtp(make_rtp(next++)), other);
      deliver(*client.protect_rtp(make_rtp(next++)), unknown);
    }
    CHECK(server.selected_tuple() == home);
    run(1s);
    // The media on the other valid tuple kept neither alive.
    CHECK_FALSE(server.selected_tuple());
    CHECK(events_of<selected_tuple_changed>().back().tuple == std::nullopt);
  }

  TEST_CASE("a client whose checks have no PRIORITY connects") {
    for (bool lenient : {true, false}) {
      transport_pair pair{{.priority = false, .lenient_ice = lenient}};
      CHECK(pair.connect() == lenient);
      CHECK(pair.client.ice_error() == (lenient ? 0 : 400));
    }
  }

  TEST_CASE_FIXTURE(lenient_pair,
                    "a forged close does not end a client that sends media") {
    to_server(make_rtp(next++));
    std::vector<uint8_t> forged{21, 0xFE, 0xFD, 0, 1, 0, 0, 0, 0, 0, 9, 0, 26};
    forged.resize(39);
    deliver(forged);
    exchange();
    CHECK(server.leaving());
    send_for(1s); // may have been sent before
    CHECK(server.leaving());
    send_for(1s);
    CHECK_FALSE(server.leaving());
    send_for(10s);
    CHECK(server.can_send());
  }

  TEST_CASE_FIXTURE(lenient_pair, "a client that closes has left in time, also "
                                  "if its last media came later") {
    to_server(make_rtp(next++));
    const auto last = client.protect_rtp(make_rtp(next++));
    client.close();
    exchange();
    CHECK(server.leaving());
    run(100ms);
    deliver(*last);
    run(webrtc_transport::leaving_timeout);
    CHECK(server.left());
  }
}
