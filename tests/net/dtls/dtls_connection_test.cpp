#include "net/base/rng.hpp"
#include "net/dtls/dtls_connection.hpp"
#include "net/dtls/errc.hpp"
#include "tests/net/dtls/dtls_test_kit.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace troupe::test;
using namespace std::chrono_literals;

TEST_CASE("a handshake negotiates the best profile and matching keys") {
  dtls_pair pair;
  CHECK(pair.client.state() == dtls_state::fresh);
  CHECK(!pair.client.poll_datagram());
  pair.start();
  CHECK(pair.client.state() == dtls_state::connecting);
  pair.run();
  REQUIRE(pair.both(dtls_state::connected));
  require_same_keys(pair);
  CHECK(pair.client.keys()->profile == srtp_profile::aead_aes_128_gcm);
  CHECK(pair.longest <= 1200);
  CHECK(pair.now == time_point{}); // without loss no timer is needed
  CHECK(!pair.client.poll_timeout());
  CHECK(!pair.server.poll_timeout());
}

TEST_CASE("each profile works with either role, and RTP flows with it") {
  for (auto profile : srtp_profile_preference) {
    CAPTURE(to_string(profile));
    auto narrow = make_context({&profile, 1});
    for (bool narrow_client : {true, false}) {
      dtls_pair pair{narrow_client ? *narrow : shared_context(),
                     narrow_client ? shared_context() : *narrow};
      pair.start();
      pair.run();
      REQUIRE(pair.both(dtls_state::connected));
      require_same_keys(pair);
      CHECK(pair.client.keys()->profile == profile);
      auto sender = make_srtp_sender(fastest_srtp_backend(), profile,
                                     pair.client.keys()->local);
      auto receiver = make_srtp_receiver(fastest_srtp_backend(), profile,
                                         pair.server.keys()->remote);
      octets header(12);
      header[0] = 0x80;
      octets out(12 + 10 + srtp_max_overhead);
      auto size = sender->protect_rtp(header, octets(10), out);
      REQUIRE(size);
      CHECK(receiver->unprotect_rtp({out.data(), *size}) == 22u);
    }
  }
}

TEST_CASE("without a common profile the handshake fails") {
  srtp_profile one[] = {srtp_profile::aead_aes_128_gcm};
  srtp_profile other[] = {srtp_profile::aes128_cm_sha1_80};
  auto a = make_context(one);
  auto b = make_context(other);
  dtls_pair pair{*a, *b};
  pair.start();
  pair.run();
  CHECK(pair.both(dtls_state::failed));
  CHECK(!pair.client.keys());
  CHECK(!pair.server.keys());
}

TEST_CASE("a wrong fingerprint fails the server at once") {
  dtls_pair pair;
  pair.client_fingerprint.value[0] ^= 1;
  pair.start();
  pair.run();
  CHECK(pair.server.state() == dtls_state::failed);
  CHECK(!pair.server.keys());
  CHECK(pair.now == time_point{});
  // The client learns of the failure by close_notify.
  CHECK(pair.client.state() == dtls_state::closed);
  CHECK(!pair.client.keys());
}

TEST_CASE("a wrong fingerprint fails the client at once") {
  dtls_pair pair;
  pair.server_fingerprint = make_context()->fingerprint();
  pair.start();
  pair.run();
  CHECK(pair.client.state() == dtls_state::failed);
  CHECK(!pair.client.keys());
  CHECK(pair.now == time_point{});
  CHECK(pair.server.state() == dtls_state::closed);
  CHECK(!pair.client.send_data(octets(5)));
}

TEST_CASE("no fingerprint, or one of an unknown algorithm, matches nothing") {
  for (auto& expected : std::vector<std::vector<certificate_fingerprint>>{
           {}, {{"md5", shared_context().fingerprint().value}}, {{"", ""}}}) {
    dtls_pair pair;
    pair.server.start(dtls_role::server, expected, pair.now);
    pair.client.start(dtls_role::client, {pair.server_fingerprint}, pair.now);
    pair.run();
    CHECK(pair.server.state() == dtls_state::failed);
  }
}

TEST_CASE("one matching fingerprint is enough, in upper or lower case") {
  dtls_pair pair;
  auto lower = pair.client_fingerprint;
  for (auto& c : lower.value)
    c = static_cast<char>(std::tolower(c));
  lower.algorithm = "SHA-256";
  pair.server.start(dtls_role::server,
                    {{"sha-1", "00"}, {"sha-999", "AA"}, lower}, pair.now);
  pair.client.start(dtls_role::client, {pair.server_fingerprint}, pair.now);
  pair.run();
  CHECK(pair.both(dtls_state::connected));
}

TEST_CASE("one or two lost datagrams in any position only cost time") {
  // Positions 0 to 11 cover every flight and its first repetitions.
  for (int first = 0; first < 12; ++first) {
    for (int second = first; second < 12; ++second) {
      CAPTURE(first);
      CAPTURE(second);
      dtls_pair pair;
      int count = 0;
      auto lossy = [&](octets x) {
        auto at = count++;
        return at == first || at == second ? std::vector<octets>{}
                                           : std::vector<octets>{std::move(x)};
      };
      pair.to_server = lossy;
      pair.to_client = lossy;
      pair.start();
      pair.run();
      REQUIRE(pair.both(dtls_state::connected));
      require_same_keys(pair);
      REQUIRE(pair.now < time_point{} + 5s);
    }
  }
}

TEST_CASE("a network path that opens after 20 s is in time") {
  dtls_pair pair;
  auto closed = [&](octets x) {
    return pair.now < time_point{} + 20s ? std::vector<octets>{}
                                         : std::vector<octets>{std::move(x)};
  };
  pair.to_server = closed;
  pair.to_client = closed;
  pair.start();
  pair.run();
  CHECK(pair.both(dtls_state::connected));
  CHECK(pair.now < time_point{} + 25s);
}

TEST_CASE("a handshake survives heavy loss, duplicates and reordering") {
  int connected = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    auto random = make_seeded_rng(seed);
    dtls_pair pair;
    std::vector<octets> late;
    auto rough = [&](octets x) {
      std::vector<octets> result;
      if (random->below(100) < 20)
        return result;
      if (random->below(100) < 20)
        result.push_back(x);
      if (random->below(100) < 20) {
        late.push_back(std::move(x));
        return result;
      }
      result.push_back(std::move(x));
      for (auto& old : late)
        result.push_back(std::move(old));
      late.clear();
      return result;
    };
    // Delayed datagrams take the same path: each direction has its own wire.
    pair.to_server = rough;
    pair.to_client = [&](octets x) {
      return random->below(100) < 20 ? std::vector<octets>{}
                                     : std::vector<octets>{x, x};
    };
    pair.start();
    pair.run();
    if (pair.both(dtls_state::connected)) {
      require_same_keys(pair);
      ++connected;
    }
  }
  CHECK(connected >= 198);
}

TEST_CASE("a handshake without a response fails after 30 s") {
  for (auto role : {dtls_role::client, dtls_role::server}) {
    dtls_connection alone{shared_context()};
    time_point now{};
    alone.start(role, {shared_context().fingerprint()}, now);
    int sent = 0;
    while (auto next = alone.poll_timeout()) {
      while (alone.poll_datagram())
        ++sent;
      REQUIRE(*next > now);
      now = *next;
      alone.handle_timeout(now);
    }
    CHECK(alone.state() == dtls_state::failed);
    CHECK(now == time_point{} + 30s);
    CHECK(sent == (role == dtls_role::client ? 12 : 0));
  }
}

TEST_CASE("the retransmission interval doubles, in virtual time") {
  dtls_connection client{shared_context()};
  auto now = time_point{} + 1234567s;
  client.start(dtls_role::client, {shared_context().fingerprint()}, now);
  REQUIRE(client.poll_datagram());
  for (auto interval : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 4000ms}) {
    REQUIRE(client.poll_timeout() == now + interval);
    client.handle_timeout(now + interval / 2);
    CHECK(!client.poll_datagram());
    now += interval;
    client.handle_timeout(now);
    CHECK(client.poll_datagram());
    CHECK(!client.poll_datagram());
  }
}

TEST_CASE("a server repeats its lost flight after 100 ms by itself") {
  dtls_pair pair;
  pair.to_client = [&](octets x) {
    return pair.now == time_point{} ? std::vector<octets>{}
                                    : std::vector<octets>{std::move(x)};
  };
  pair.start();
  pair.settle();
  REQUIRE(pair.server.poll_timeout() == time_point{} + 100ms);
  pair.now += 100ms;
  pair.server.handle_timeout(pair.now); // the client's own timer does nothing
  pair.settle();
  CHECK(pair.both(dtls_state::connected));
}

TEST_CASE("datagrams before the start are answered after it") {
  dtls_pair pair;
  pair.client.start(dtls_role::client, {pair.server_fingerprint}, pair.now);
  pair.settle();
  CHECK(pair.server.state() == dtls_state::fresh);
  CHECK(!pair.server.poll_timeout());
  pair.server.start(dtls_role::server, {pair.client_fingerprint}, pair.now);
  pair.run();
  CHECK(pair.both(dtls_state::connected));
  CHECK(pair.now == time_point{});
}

TEST_CASE("a flood before the start is bounded and has no effect") {
  dtls_pair pair;
  for (int i = 0; i < 100000; ++i)
    pair.server.handle_datagram(octets(1200, 22), pair.now);
  pair.start();
  pair.run();
  CHECK(pair.both(dtls_state::connected));
}

TEST_CASE("application data flows both ways, in order") {
  dtls_pair pair;
  pair.start();
  pair.run();
  for (size_t size : {size_t{1}, size_t{1200}, dtls_max_data_octets}) {
    CHECK(pair.client.send_data(octets(size, 1)));
    CHECK(pair.client.send_data(octets(size, 2)));
    CHECK(pair.server.send_data(octets(size, 3)));
    pair.settle();
    CHECK(pair.server.poll_data() == octets(size, 1));
    CHECK(pair.server.poll_data() == octets(size, 2));
    CHECK(!pair.server.poll_data());
    CHECK(pair.client.poll_data() == octets(size, 3));
  }
  CHECK(!pair.client.send_data({}));
  CHECK(!pair.client.send_data(octets(dtls_max_data_octets + 1)));
  CHECK(pair.client.send_data(octets(3)));
}

TEST_CASE("closing notifies the peer") {
  for (bool client_closes : {true, false}) {
    dtls_pair pair;
    pair.start();
    pair.run();
    (client_closes ? pair.client : pair.server).close();
    pair.settle();
    CHECK(pair.both(dtls_state::closed));
    CHECK(!pair.client.send_data(octets(3)));
    pair.client.close();
    pair.settle();
    CHECK(pair.both(dtls_state::closed));
  }
}

TEST_CASE("a released connection keeps its keys and can send close_notify") {
  dtls_pair pair;
  pair.server.release();
  CHECK(pair.server.state() == dtls_state::fresh);
  pair.start();
  pair.server.release();
  CHECK(pair.server.state() == dtls_state::connecting);
  pair.run();
  pair.server.release();
  pair.server.release();
  CHECK(pair.both(dtls_state::connected));
  require_same_keys(pair);
  CHECK(!pair.server.poll_datagram());
  CHECK(!pair.server.poll_timeout());
  CHECK(!pair.server.send_data(octets(3)));
  pair.client.send_data(octets(3));
  pair.settle();
  CHECK(!pair.server.poll_data());
  CHECK(pair.both(dtls_state::connected));
  pair.server.close();
  pair.settle();
  CHECK(pair.both(dtls_state::closed));
}

TEST_CASE("closing before or during the handshake sends nothing") {
  dtls_connection fresh{shared_context()};
  fresh.close();
  CHECK(fresh.state() == dtls_state::closed);
  fresh.start(dtls_role::client, {}, time_point{});
  CHECK(fresh.state() == dtls_state::closed);
  dtls_connection connecting{shared_context()};
  connecting.start(dtls_role::client, {}, time_point{});
  CHECK(connecting.poll_datagram());
  connecting.close();
  CHECK(!connecting.poll_datagram());
  CHECK(!connecting.poll_timeout());
}

TEST_CASE("a forged or replayed record is dropped once connected") {
  dtls_pair pair;
  pair.start();
  pair.run();
  octets sealed;
  pair.to_server = [&](octets x) {
    sealed = x;
    return std::vector<octets>{std::move(x)};
  };
  REQUIRE(pair.client.send_data(octets(40, 9)));
  pair.settle();
  CHECK(pair.server.poll_data() == octets(40, 9));
  pair.server.handle_datagram(sealed, pair.now);
  CHECK(!pair.server.poll_data());
  for (size_t i = 0; i < sealed.size(); ++i) {
    auto bad = sealed;
    bad[i] ^= 0x40;
    pair.server.handle_datagram(bad, pair.now);
    pair.server.handle_datagram({sealed.data(), i}, pair.now);
  }
  CHECK(pair.server.state() == dtls_state::connected);
  CHECK(!pair.server.poll_data());
  pair.client.send_data(octets(40, 7));
  pair.settle();
  CHECK(pair.server.poll_data() == octets(40, 7));
}

TEST_CASE("each error of the context has a message") {
  for (auto x : {dtls_errc::key_generation_failed,
                 dtls_errc::certificate_failed, dtls_errc::settings_refused})
    CHECK(make_error_code(x).message() != "unknown");
  CHECK(!dtls_context::make(std::span<const srtp_profile>{}));
}
