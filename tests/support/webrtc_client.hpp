#pragma once

#include "net/base/classify.hpp"
#include "net/base/rng.hpp"
#include "net/dtls/dtls_connection.hpp"
#include "net/ice/ice_lite_agent.hpp"
#include "net/srtp/srtp_session.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::test {

/// The peer of a `webrtc_transport`: a browser's transport on one path. ICE
/// controlling (a check every 50 ms until one is answered, then every 2.5 s),
/// DTLS in either role, SRTP. An engine like the server's own: no sockets and
/// no clock; its caller delivers its datagrams.
class webrtc_client {
public:
  using octets = std::vector<uint8_t>;

  static constexpr net::duration check_interval = std::chrono::milliseconds{50};
  static constexpr net::duration consent_interval =
      std::chrono::milliseconds{2500};

  struct config {
    const net::dtls_context* dtls = nullptr; // outlives the client
    net::dtls_role role = net::dtls_role::client;
    net::srtp_backend backend = net::srtp_backend::libsrtp2;
    /// Whether each check contains USE-CANDIDATE, as Chromium's do.
    bool nominate = true;
    /// Whether each check has PRIORITY, as it must.
    bool priority = true;
  };

  webrtc_client(const config& cfg, net::rng& random)
      : config_(cfg)
      , random_(random)
      , dtls_(*cfg.dtls)
      , fragment_(random.alphanumeric(8))
      , tie_breaker_(random.u64()) {}

  /// Starts the checks; DTLS starts with the first answer.
  void start(net::ice_credentials remote,
             std::vector<net::certificate_fingerprint> fingerprints,
             net::time_point now) {
    fingerprints_ = std::move(fingerprints);
    set_remote_ice(std::move(remote), now);
  }

  /// ICE restart, or the start of checks: the next check is sent at once.
  void set_remote_ice(net::ice_credentials remote, net::time_point now) {
    remote_ = std::move(remote);
    ice_connected_ = false;
    next_check_ = now;
  }

  /// Sends a check now. A `value` renominates (higher wins).
  void check(bool use_candidate, std::optional<uint32_t> value = {}) {
    if (!remote_)
      return;
    random_.fill(transaction_);
    std::array<uint8_t, 256> room;
    net::stun_writer out{room, net::stun_class::request, transaction_};
    out.username(remote_->username_fragment + ":" + fragment_);
    out.controlling(tie_breaker_);
    if (config_.priority)
      out.priority(0x6e0001ff);
    if (use_candidate)
      out.use_candidate();
    if (value)
      out.nomination(*value);
    out.integrity(remote_->password);
    out.fingerprint();
    if (auto message = out.finish())
      outgoing_.emplace_back(message->begin(), message->end());
  }

  /// Sends no more checks, like a client whose link was cut.
  void stop_checks() {
    next_check_.reset();
    remote_.reset();
  }

  // -- input -----------------------------------------------------------------

  /// Takes any datagram from the server.
  void handle_datagram(net::byte_span x, net::time_point now) {
    switch (net::classify(x)) {
      case net::datagram_kind::stun:
        handle_response(x, now);
        break;
      case net::datagram_kind::dtls:
        dtls_.handle_datagram(x, now);
        make_srtp();
        break;
      case net::datagram_kind::rtp:
        unprotect(x, &net::srtp_receiver::unprotect_rtp, rtp_);
        break;
      case net::datagram_kind::rtcp:
        unprotect(x, &net::srtp_receiver::unprotect_rtcp, rtcp_);
        break;
      case net::datagram_kind::other:
        break;
    }
  }

  void handle_timeout(net::time_point now) {
    if (next_check_ && now >= *next_check_) {
      check(config_.nominate);
      next_check_ = now + (ice_connected_ ? consent_interval : check_interval);
    }
    dtls_.handle_timeout(now);
  }

  // -- output ----------------------------------------------------------------

  std::optional<net::time_point> poll_timeout() const {
    const auto dtls = dtls_.poll_timeout();
    if (next_check_ && dtls)
      return std::min(*next_check_, *dtls);
    return next_check_ ? next_check_ : dtls;
  }

  /// The next datagram for the server, on the only path.
  std::optional<octets> poll_datagram() {
    if (!outgoing_.empty())
      return pop(outgoing_);
    if (auto out = dtls_.poll_datagram())
      return octets(out->begin(), out->end());
    return std::nullopt;
  }

  /// Received and decrypted media.
  std::optional<octets> poll_rtp() {
    return pop(rtp_);
  }

  std::optional<octets> poll_rtcp() {
    return pop(rtcp_);
  }

  std::optional<octets> poll_data() {
    return dtls_.poll_data();
  }

  // -- sending ---------------------------------------------------------------

  /// Protects a packet of `header_size` octets of header and a payload.
  std::optional<octets> protect_rtp(net::byte_span packet,
                                    size_t header_size = 12) {
    if (!sender_)
      return std::nullopt;
    octets out(packet.size() + net::srtp_max_overhead);
    const auto size = sender_->protect_rtp(packet.first(header_size),
                                           packet.subspan(header_size), out);
    if (!size)
      return std::nullopt;
    out.resize(*size);
    return out;
  }

  std::optional<octets> protect_rtcp(net::byte_span packet) {
    if (!sender_)
      return std::nullopt;
    octets out(packet.size() + net::srtcp_max_overhead);
    const auto size = sender_->protect_rtcp(packet, out);
    if (!size)
      return std::nullopt;
    out.resize(*size);
    return out;
  }

  bool send_data(net::byte_span data) {
    return dtls_.send_data(data);
  }

  void close() {
    dtls_.close();
  }

  // -- state -----------------------------------------------------------------

  /// Whether the last check got a success response.
  bool ice_connected() const {
    return ice_connected_;
  }

  /// The source address of our checks, as the server reports it.
  const std::optional<net::socket_address>& mapped_address() const {
    return mapped_;
  }

  /// The last error response's code, or 0.
  uint16_t ice_error() const {
    return ice_error_;
  }

  net::dtls_state dtls() const {
    return dtls_.state();
  }

  const std::optional<net::srtp_keys>& keys() const {
    return dtls_.keys();
  }

  /// Received media that SRTP refused.
  uint64_t refused() const {
    return refused_;
  }

private:
  static std::optional<octets> pop(std::deque<octets>& queue) {
    if (queue.empty())
      return std::nullopt;
    auto out = std::move(queue.front());
    queue.pop_front();
    return out;
  }

  void handle_response(net::byte_span x, net::time_point now) {
    const auto response = net::stun_message::parse(x);
    if (!response || !remote_ || response->transaction_id() != transaction_)
      return;
    if (response->type() == net::stun_class::error)
      ice_error_ = response->error_code();
    if (response->type() != net::stun_class::success
        || !response->verify_integrity(remote_->password))
      return;
    mapped_ = response->xor_mapped_address();
    if (!ice_connected_ && next_check_)
      next_check_ = now + consent_interval;
    ice_connected_ = true;
    if (dtls_.state() == net::dtls_state::fresh)
      dtls_.start(config_.role, fingerprints_, now);
  }

  void make_srtp() {
    if (sender_ || dtls_.state() != net::dtls_state::connected)
      return;
    const auto& keys = *dtls_.keys();
    sender_ = net::make_srtp_sender(config_.backend, keys.profile, keys.local);
    receiver_ =
        net::make_srtp_receiver(config_.backend, keys.profile, keys.remote);
  }

  using unprotect_verb =
      std::optional<size_t> (net::srtp_receiver::*)(net::mutable_byte_span);

  void unprotect(net::byte_span x, unprotect_verb verb,
                 std::deque<octets>& queue) {
    octets packet(x.begin(), x.end());
    const auto size = receiver_ ? ((*receiver_).*verb)(packet) : std::nullopt;
    if (!size) {
      ++refused_;
      return;
    }
    packet.resize(*size);
    queue.push_back(std::move(packet));
  }

  config config_;
  net::rng& random_;
  net::dtls_connection dtls_;
  std::string fragment_;
  uint64_t tie_breaker_;
  std::optional<net::ice_credentials> remote_;
  std::vector<net::certificate_fingerprint> fingerprints_;
  std::unique_ptr<net::srtp_sender> sender_;
  std::unique_ptr<net::srtp_receiver> receiver_;
  net::stun_transaction_id transaction_{};
  std::optional<net::time_point> next_check_;
  bool ice_connected_ = false;
  uint16_t ice_error_ = 0;
  std::optional<net::socket_address> mapped_;
  uint64_t refused_ = 0;
  std::deque<octets> outgoing_;
  std::deque<octets> rtp_;
  std::deque<octets> rtcp_;
};

} // namespace troupe::test
