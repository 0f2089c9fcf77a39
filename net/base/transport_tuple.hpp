#pragma once

#include "net/base/bytes.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace troupe::net {

/// The transport protocol that carries a client's datagrams.
enum class transport_protocol : uint8_t { udp, tcp };

/// An IPv4 or IPv6 address and a port. IPv4 is stored as an IPv4-mapped IPv6
/// address (RFC 4291, section 2.5.5.2), so that there is only one comparison.
class socket_address {
public:
  socket_address() = default;

  /// Takes an address of 4 or 16 octets in network order.
  socket_address(byte_span ip, uint16_t port);

  bool is_v4() const;

  bool is_loopback() const;

  bool is_unspecified() const;

  /// Whether it is in fe80::/10, which needs a zone and is never announced.
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

/// Parses "192.0.2.1" or "2001:db8::1"; nullopt for other text.
std::optional<socket_address> parse_address(const std::string& ip,
                                            uint16_t port);

/// A network path between a client and this server: the one on which a datagram
/// arrived, and on which the response must leave.
struct transport_tuple {
  transport_protocol protocol = transport_protocol::udp;

  /// The server's socket: the index of a UDP socket, or the number of a TCP
  /// connection (never reused within a process).
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
