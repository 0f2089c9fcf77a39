#pragma once

#include "net/base/assert.hpp"
#include "net/ice/ice_lite_agent.hpp"
#include "net/ice/stun_message.hpp"

#include <array>
#include <string>
#include <vector>

namespace troupe::test {

/// A connectivity check as a controlling client sends it, with a switch for
/// each possible fault.
struct ice_check {
  std::string username;
  std::string password;
  net::stun_transaction_id id{};
  bool priority = true;
  bool controlled = false;
  bool use_candidate = false;
  std::optional<uint32_t> nomination = {};
  bool integrity = true;
  bool fingerprint = true;
  /// An attribute to add; a type below 0x8000 must be understood.
  std::optional<uint16_t> extra = {};
  /// Puts USE-CANDIDATE after MESSAGE-INTEGRITY, like a forger.
  bool trailing_use_candidate = false;

  /// A valid check for an agent with these credentials.
  static ice_check to(const net::ice_credentials& remote) {
    return {remote.username_fragment + ":client", remote.password};
  }

  std::vector<uint8_t> build() const {
    std::array<uint8_t, 256> scratch;
    net::stun_writer out{scratch, net::stun_class::request, id};
    out.username(username);
    if (priority)
      out.priority(0x6e0001ff);
    if (controlled)
      out.controlled(1);
    else
      out.controlling(2);
    if (use_candidate)
      out.use_candidate();
    if (nomination)
      out.nomination(*nomination);
    if (extra)
      out.attribute(*extra, {});
    if (integrity)
      out.integrity(password);
    if (trailing_use_candidate)
      out.use_candidate();
    if (fingerprint)
      out.fingerprint();
    const auto message = out.finish();
    TROUPE_ASSERT(message.has_value());
    return {message->begin(), message->end()};
  }
};

/// A tuple of the client at 192.0.2.`host`:`port`.
inline net::transport_tuple
make_tuple(uint8_t host, uint16_t port = 5000,
           net::transport_protocol protocol = net::transport_protocol::udp) {
  const std::array<uint8_t, 4> local{198, 51, 100, 1};
  const std::array<uint8_t, 4> remote{192, 0, 2, host};
  return {protocol, 0, net::socket_address{local, 44444},
          net::socket_address{remote, port}};
}

} // namespace troupe::test
