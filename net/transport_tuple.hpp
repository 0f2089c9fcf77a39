#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace troupe::net {

/// The protocol below ICE.
enum class transport_protocol : uint8_t { udp, tcp };

/// An IPv4 or IPv6 address and a port. IPv4 is kept as an IPv4-mapped IPv6
/// address (RFC 4291, section 2.5.5.2), so that there is one comparison.
class socket_address {
public:
  socket_address() = default;

  /// From 4 or 16 octets in network order.
  socket_address(byte_span ip, uint16_t port);

  bool is_v4() const;

  bool is_loopback() const;

  bool is_unspecified() const;

  /// fe80::/10, which needs a zone and is never announced.
  bool is_link_local() const;

  const std::array<uint8_t, 16>& octets() const {
    return ip_;
  }

  uint16_t port() const {
    return port_;
  }

  void set_port(uint16_t port) {
    port_ = port;
  }

  /// The address alone, as text ("192.0.2.1", "2001:db8::1").
  std::string ip() const;

  /// Address and port, for logs ("192.0.2.1:5000", "[2001:db8::1]:5000").
  std::string str() const;

  auto operator<=>(const socket_address&) const = default;

private:
  std::array<uint8_t, 16> ip_{};
  uint16_t port_ = 0;
};

/// Reads "192.0.2.1" or "2001:db8::1"; nothing where it is neither.
std::optional<socket_address> parse_address(const std::string& ip,
                                            uint16_t port);

/// One way between a client and this server: what a datagram came on, and
/// what an answer to it must go out on.
struct transport_tuple {
  transport_protocol protocol = transport_protocol::udp;

  /// Which of the server's sockets: the index of a UDP socket, or the number
  /// of a TCP connection (never used twice in one process).
  uint32_t path = 0;

  socket_address local;

  socket_address remote;

  auto operator<=>(const transport_tuple&) const = default;
};

} // namespace troupe::net

template <>
struct std::hash<troupe::net::socket_address> {
  size_t operator()(const troupe::net::socket_address& x) const noexcept;
};

template <>
struct std::hash<troupe::net::transport_tuple> {
  size_t operator()(const troupe::net::transport_tuple& x) const noexcept;
};
