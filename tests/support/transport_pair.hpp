#pragma once

#include "net/webrtc_transport.hpp"
#include "tests/support/ice_check.hpp"
#include "tests/support/webrtc_client.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::test {

/// The certificate of all servers in tests.
inline const net::dtls_context& server_certificate() {
  static const auto context = net::dtls_context::make();
  return **context;
}

/// The certificate of all clients in tests.
inline const net::dtls_context& client_certificate() {
  static const auto context = net::dtls_context::make();
  return **context;
}

/// A minimal RTP packet: a 12-octet header and `payload` octets of content.
inline std::vector<uint8_t> make_rtp(uint16_t sequence, uint32_t ssrc = 0x1111,
                                     size_t payload = 100) {
  std::vector<uint8_t> out(12 + payload, static_cast<uint8_t>(sequence));
  out[0] = 0x80;
  out[1] = 96;
  net::store_u16(out.data() + 2, sequence);
  net::store_u32(out.data() + 4, uint32_t{sequence} * 3000);
  net::store_u32(out.data() + 8, ssrc);
  return out;
}

/// An empty receiver report (RFC 3550, section 6.4.2).
inline std::vector<uint8_t> make_rtcp(uint32_t ssrc = 0x1111) {
  std::vector<uint8_t> out{0x80, 201, 0, 1, 0, 0, 0, 0};
  net::store_u32(out.data() + 4, ssrc);
  return out;
}

/// A `webrtc_transport` and a client on a perfect network in virtual time.
class transport_pair {
public:
  using octets = std::vector<uint8_t>;

  struct config {
    /// The client's role in DTLS; the server is given it.
    net::dtls_role client_role = net::dtls_role::client;
    net::srtp_backend backend = net::srtp_backend::libsrtp2;
    net::duration consent_timeout = std::chrono::seconds{30};
    bool nominate = true;
    /// Whether the client's checks have PRIORITY.
    bool priority = true;
    uint64_t seed = 1;
    bool application_data = true;
    /// The client's certificate and SRTP profiles; outlives the pair.
    const net::dtls_context* client_dtls = &client_certificate();
    net::duration max_media_age = net::duration::max();
    /// Of the server.
    bool lenient_ice = false;
  };

  transport_pair() : transport_pair(config{}) {}

  explicit transport_pair(const config& cfg)
      : random(net::make_seeded_rng(cfg.seed))
      , pool(net::buffer_pool::make())
      , server({&server_certificate(), cfg.backend, cfg.consent_timeout,
                cfg.application_data, cfg.max_media_age, cfg.lenient_ice},
               *random)
      , client({cfg.client_dtls, cfg.client_role, net::srtp_backend::libsrtp2,
                cfg.nominate, cfg.priority},
               *random)
      , client_role_(cfg.client_role)
      , client_fingerprint_(cfg.client_dtls->fingerprint()) {}

  /// Passes the client's parameters to the server, as a `connect` request does.
  void connect_server() {
    const auto role = client_role_ == net::dtls_role::client
                          ? net::remote_dtls_role::client
                          : net::remote_dtls_role::server;
    const auto done = server.connect(role, {client_fingerprint_}, now);
    TROUPE_ASSERT(done.has_value());
  }

  void start_client() {
    client.start(server.local_ice(), {server_certificate().fingerprint()}, now);
  }

  /// Connects both and runs until DTLS is done, for at most 5 s of virtual
  /// time. Returns whether it is done.
  bool connect() {
    connect_server();
    start_client();
    for (int i = 0; i < 100 && !connected(); ++i)
      run(std::chrono::milliseconds{50});
    return connected();
  }

  bool connected() const {
    return server.dtls() == net::dtls_state::connected
           && client.dtls() == net::dtls_state::connected;
  }

  /// Passes octets to the server as if they had arrived on `tuple`.
  void deliver(net::byte_span x, const net::transport_tuple& tuple) {
    auto data = pool->take();
    data->resize(x.size());
    std::ranges::copy(x, data->bytes().begin());
    server.handle_datagram({std::move(data), tuple, now}, now);
  }

  void deliver(net::byte_span x) {
    deliver(x, path);
  }

  /// The same for octets that arrived `age` ago and have waited since.
  void deliver_late(net::byte_span x, net::duration age) {
    auto data = pool->take();
    data->resize(x.size());
    std::ranges::copy(x, data->bytes().begin());
    server.handle_datagram({std::move(data), path, now - age}, now);
  }

  /// Exchanges datagrams until neither side has more to send.
  void exchange() {
    for (bool busy = true; busy;) {
      busy = false;
      while (auto x = client.poll_datagram()) {
        if (!lost_to_server || !lost_to_server(*x))
          deliver(*x);
        busy = true;
      }
      while (auto x = server.poll_datagram()) {
        if (lost_to_client && lost_to_client(x->data))
          continue;
        if (x->tuple == path)
          client.handle_datagram(x->data, now);
        else
          astray.emplace_back(x->tuple, octets(x->data.begin(), x->data.end()));
        busy = true;
      }
      while (auto x = server.poll_event())
        events.push_back(std::move(*x));
    }
  }

  /// Advances virtual time.
  void run(net::duration span) {
    const auto end = now + span;
    for (;;) {
      exchange();
      auto next = server.poll_timeout();
      if (auto x = client.poll_timeout(); x && (!next || *x < *next))
        next = x;
      if (!next || *next > end)
        break;
      // Time always advances, even if an engine asks for a time in the past.
      now = std::max(*next, now + std::chrono::nanoseconds{1});
      server.handle_timeout(now);
      client.handle_timeout(now);
    }
    now = std::max(now, end);
  }

  /// Sends RTP from the client; returns what the server decrypted.
  std::optional<octets> to_server(const octets& packet) {
    if (auto x = client.protect_rtp(packet))
      deliver(*x);
    auto out = server.poll_rtp();
    if (!out)
      return std::nullopt;
    const auto plain = std::as_const(*out->data).bytes();
    return octets(plain.begin(), plain.end());
  }

  /// Sends RTP from the server; returns what the client decrypted.
  std::optional<octets> to_client(const octets& packet) {
    octets room(packet.size() + net::srtp_max_overhead);
    const net::byte_span all{packet};
    const auto size = server.protect_rtp(all.first(12), all.subspan(12), room);
    if (!size)
      return std::nullopt;
    client.handle_datagram(net::byte_span{room}.first(*size), now);
    return client.poll_rtp();
  }

  /// All events of one type so far.
  template <class T>
  std::vector<T> events_of() const {
    std::vector<T> out;
    for (const auto& x : events)
      if (auto* y = std::get_if<T>(&x))
        out.push_back(*y);
    return out;
  }

  std::unique_ptr<net::rng> random;
  net::buffer_pool::ptr pool;
  net::webrtc_transport server;
  webrtc_client client;
  /// The client's present network path to the server.
  net::transport_tuple path = make_tuple(1);
  net::time_point now{};
  std::vector<net::transport_event> events;
  /// Datagrams that the server sent on other paths than `path`.
  std::vector<std::pair<net::transport_tuple, octets>> astray;
  /// Whether exchange() loses a datagram, if set.
  std::function<bool(net::byte_span)> lost_to_server;
  std::function<bool(net::byte_span)> lost_to_client;

private:
  net::dtls_role client_role_;
  net::certificate_fingerprint client_fingerprint_;
};

} // namespace troupe::test
