#pragma once

#include "actors/transport/plain_networks.hpp"
#include "actors/transport/plain_ports.hpp"
#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"
#include "protocol/verbs/error.hpp"
#include "protocol/verbs/verbs.hpp"

#include <array>
#include <optional>
#include <utility>

namespace troupe::actors {

/// Where a plain transport sends to.
struct plain_addresses {
  net::socket_address rtp;
  net::socket_address rtcp;
};

/// Whether an address can be one host's: neither unspecified nor multicast.
bool is_host(const net::socket_address& x);

/// Knows the client of a plain transport by its addresses. It signals them; or,
/// with comedia, they are those from which the first packets of its producers
/// come, for good. An engine.
class plain_client {
public:
  plain_client(bool comedia, bool rtcp_mux, net::time_point now)
      : comedia_(comedia)
      , rtcp_mux_(rtcp_mux)
      , heard_(now) {}

  /// Sets the addresses that the client signals, without comedia. Returns the
  /// refusal, if any: wrong_state if it is connected already, bad_request, or
  /// forbidden if `networks` do not have the address.
  std::optional<protocol::error> connect(const protocol::plain_address& given,
                                         const plain_networks& networks,
                                         net::time_point now);

  /// Sets the addresses that the operator names.
  void set(const plain_addresses& to) {
    known_ = {to.rtp, to.rtcp};
  }

  /// Whether a packet of this tuple comes from the client. Learns its address,
  /// if `knows_source()` says that the packet's SSRC is a producer's.
  template <class F>
  bool admit(const net::transport_tuple& of, net::time_point now,
             F knows_source) {
    const auto path = of.path == rtcp_path ? rtcp_path : rtp_path;
    if (!known_[path] && !(comedia_ && knows_source() && learn(path, of)))
      return false;
    if (*known_[path] != of.remote)
      return false;
    answered_ = true;
    heard_ = now;
    return true;
  }

  /// Where to send to; nothing until the address for RTP is known. Until the
  /// client sends RTCP, that goes to the port after RTP (RFC 3550).
  std::optional<plain_addresses> addresses() const;

  /// Whether it has learnt an address since the last call.
  bool take_learned() {
    return std::exchange(learned_, false);
  }

  /// Where reports on what has arrived from the client go; nothing before
  /// anything has.
  std::optional<net::socket_address> reports_to() const {
    return answered_ ? known_[rtcp_mux_ ? rtp_path : rtcp_path] : std::nullopt;
  }

  bool comedia() const {
    return comedia_;
  }

  /// Whether it has sent anything.
  bool answered() const {
    return answered_;
  }

  /// When it last sent or signaled something, or began.
  net::time_point heard() const {
    return heard_;
  }

private:
  bool learn(uint32_t path, const net::transport_tuple& of);

  const bool comedia_;
  const bool rtcp_mux_;
  std::array<std::optional<net::socket_address>, 2> known_; // by path
  bool learned_ = false;
  bool answered_ = false;
  net::time_point heard_;
};

} // namespace troupe::actors
