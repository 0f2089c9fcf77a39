#pragma once

#include "bench/load/media/media_loop.hpp"
#include "net/io/udp/udp_socket.hpp"
#include "net/webrtc_transport.hpp"
#include "rtp/packet/packet.hpp"

#include <poll.h>

#include <unordered_map>
#include <vector>

namespace troupe::test {

/// The simplest server: any number of `webrtc_transport`s behind one socket on
/// loopback. A packet from one is sent to all in its audience, with the same
/// SSRC and sequence number. Single-threaded: `run_once`.
class echo_server {
public:
  struct peer {
    peer(const net::webrtc_transport::config& cfg, net::rng& random)
        : transport(cfg, random) {}

    net::webrtc_transport transport;
    std::vector<peer*> audience;
  };

  echo_server()
      : random_(net::make_secure_rng())
      , pool_(net::buffer_pool::make())
      , dtls_(std::move(*net::dtls_context::make()))
      , socket_(std::move(*net::udp_socket::open(
            *net::parse_address("127.0.0.1", 0),
            {.receive_buffer = 4 << 20, .send_buffer = 4 << 20}))) {}

  /// A transport for a client with that certificate.
  peer& add(const net::certificate_fingerprint& client) {
    net::webrtc_transport::config cfg;
    cfg.dtls = dtls_.get();
    cfg.backend = net::fastest_srtp_backend();
    cfg.application_data = false;
    peers_.push_back(std::make_unique<peer>(cfg, *random_));
    auto& x = *peers_.back();
    TROUPE_ASSERT(
        x.transport.connect(net::remote_dtls_role::client, {client}, now()));
    by_fragment_[x.transport.local_ice().username_fragment] = &x;
    return x;
  }

  /// The transport parameters that signaling would send to the client.
  load::transport_config describe(const peer& x) const {
    load::transport_config cfg;
    cfg.server = socket_->local();
    cfg.ice = x.transport.local_ice();
    cfg.fingerprints = {dtls_->fingerprint()};
    return cfg;
  }

  /// Waits at most a millisecond and handles what has arrived.
  void run_once(int wait_ms = 1) {
    pollfd ready{socket_->fd(), POLLIN, 0};
    ::poll(&ready, 1, wait_ms);
    batch_.clear();
    socket_->receive_burst(*pool_, 0, now(), batch_);
    for (auto& x : batch_)
      handle(x);
    if (now() >= next_timeout_) {
      next_timeout_ = now() + std::chrono::milliseconds{20};
      for (auto& x : peers_) {
        x->transport.handle_timeout(now());
        drain(*x);
      }
    }
    send();
  }

  /// Sends one RTCP packet to the client.
  void send_rtcp(peer& to, net::byte_span plain) {
    auto size = to.transport.protect_rtcp(plain, next_room());
    keep(to, size);
    send();
  }

  /// The last received RTCP packet of each type, by the type octet.
  std::unordered_map<uint8_t, std::vector<uint8_t>> rtcp;

  /// If set, tells whether to drop a packet instead of forwarding it.
  std::function<bool(const peer& from, net::byte_span packet)> drops;

private:
  static constexpr size_t slots = 1024;

  static net::time_point now() {
    return std::chrono::steady_clock::now();
  }

  void handle(net::datagram& x) {
    auto& to = by_address_[x.tuple.remote];
    if (!to) {
      auto fragment = net::stun_username_fragment(x.data->bytes());
      auto at = fragment ? by_fragment_.find(std::string{*fragment})
                         : by_fragment_.end();
      if (at == by_fragment_.end())
        return;
      to = at->second;
    }
    to->transport.handle_datagram(std::move(x), now());
    drain(*to);
  }

  void drain(peer& x) {
    while (x.transport.poll_event())
      continue;
    while (auto out = x.transport.poll_datagram())
      socket_->send(std::span{&*out, 1});
    while (auto in = x.transport.poll_rtcp()) {
      auto octets = std::as_const(*in->data).bytes();
      rtcp[octets[1]] = {octets.begin(), octets.end()};
    }
    while (auto in = x.transport.poll_rtp())
      forward(x, std::move(*in));
  }

  void forward(peer& from, net::incoming_packet in) {
    auto packet = rtp::packet::parse(std::move(in.data), in.arrival);
    if (!packet || (drops && drops(from, packet->header())))
      return;
    for (auto* to : from.audience)
      keep(*to, to->transport.protect_rtp(packet->header(), packet->payload(),
                                          next_room()));
  }

  net::mutable_byte_span next_room() {
    if (out_.size() == slots)
      send();
    if (rooms_.empty())
      rooms_.resize(slots);
    return rooms_[out_.size()];
  }

  void keep(peer& to, std::optional<size_t> size) {
    if (size && to.transport.can_send())
      out_.push_back({net::byte_span{rooms_[out_.size()]}.first(*size),
                      *to.transport.selected_tuple()});
  }

  void send() {
    socket_->send(out_);
    out_.clear();
  }

  std::unique_ptr<net::rng> random_;
  net::buffer_pool::ptr pool_;
  std::unique_ptr<net::dtls_context> dtls_;
  std::unique_ptr<net::udp_socket> socket_;
  std::vector<std::unique_ptr<peer>> peers_;
  std::unordered_map<std::string, peer*> by_fragment_;
  std::unordered_map<net::socket_address, peer*> by_address_;
  std::vector<net::datagram> batch_;
  std::vector<std::array<uint8_t, 1600>> rooms_;
  std::vector<net::outgoing_datagram> out_;
  net::time_point next_timeout_{};
};

} // namespace troupe::test
