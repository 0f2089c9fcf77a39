#pragma once

#include "net/dtls/dtls_connection.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <vector>

/// Shared by the DTLS tests: two ends, the network between them, virtual time.
namespace troupe::test {

using octets = std::vector<uint8_t>;

inline std::unique_ptr<net::dtls_context>
make_context(std::span<const net::srtp_profile> profiles =
                 net::srtp_profile_preference) {
  auto result = net::dtls_context::make(profiles);
  REQUIRE(result.has_value());
  return std::move(result.value());
}

/// A context for tests that need no particular one.
inline const net::dtls_context& shared_context() {
  static const auto context = make_context();
  return *context;
}

/// Maps a sent datagram to the datagrams that the network delivers.
using wire = std::function<std::vector<octets>(octets)>;

struct dtls_pair {
  explicit dtls_pair(const net::dtls_context& client_context = shared_context(),
                     const net::dtls_context& server_context = shared_context())
      : client(client_context)
      , server(server_context)
      , client_fingerprint(client_context.fingerprint())
      , server_fingerprint(server_context.fingerprint()) {}

  void start() {
    server.start(net::dtls_role::server, {client_fingerprint}, now);
    client.start(net::dtls_role::client, {server_fingerprint}, now);
  }

  /// Delivers datagrams until neither end has more to send.
  void settle() {
    for (bool moved = true; moved;) {
      moved = deliver(client, server, to_server);
      moved = deliver(server, client, to_client) || moved;
    }
  }

  bool deliver(net::dtls_connection& from, net::dtls_connection& to,
               const wire& through) {
    std::vector<octets> flight;
    while (auto x = from.poll_datagram()) {
      longest = std::max(longest, x->size());
      for (auto& datagram : through(octets(x->begin(), x->end())))
        flight.push_back(std::move(datagram));
    }
    for (auto& datagram : flight)
      to.handle_datagram(datagram, now);
    return !flight.empty();
  }

  bool both(net::dtls_state x) const {
    return client.state() == x && server.state() == x;
  }

  bool ended() const {
    auto open = [](net::dtls_state x) {
      return x == net::dtls_state::fresh || x == net::dtls_state::connecting;
    };
    return !open(client.state()) && !open(server.state());
  }

  /// Runs until both handshakes have ended or no timer is left.
  void run() {
    settle();
    while (!ended()) {
      auto next = client.poll_timeout();
      if (auto other = server.poll_timeout();
          other && (!next || *other < *next))
        next = other;
      if (!next)
        return;
      REQUIRE(*next >= now);
      now = *next;
      client.handle_timeout(now);
      server.handle_timeout(now);
      settle();
    }
  }

  net::time_point now{};
  net::dtls_connection client;
  net::dtls_connection server;
  net::certificate_fingerprint client_fingerprint;
  net::certificate_fingerprint server_fingerprint;
  size_t longest = 0;
  wire to_server = [](octets x) {
    return std::vector<octets>{std::move(x)};
  };
  wire to_client = [](octets x) {
    return std::vector<octets>{std::move(x)};
  };
};

inline void require_same_keys(const dtls_pair& pair) {
  auto& a = pair.client.keys();
  auto& b = pair.server.keys();
  REQUIRE((a && b));
  CHECK(a->profile == b->profile);
  CHECK(a->local.key == b->remote.key);
  CHECK(a->local.salt == b->remote.salt);
  CHECK(a->remote.key == b->local.key);
  CHECK(a->remote.salt == b->local.salt);
  CHECK(a->local.key != a->remote.key);
  CHECK(a->local.key.size() == net::srtp_key_length(a->profile));
  CHECK(a->local.salt.size() == net::srtp_salt_length(a->profile));
}

} // namespace troupe::test
