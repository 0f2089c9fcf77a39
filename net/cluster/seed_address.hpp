#pragma once

#include "net/base/transport_tuple.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::net {

/// Where a node looks for other nodes of its cluster: each address of the host
/// may be one.
struct seed_address {
  /// A name or an IP address, without brackets.
  std::string host;
  uint16_t port = 0;

  /// Parses "host:port", "[2001:db8::1]:port" or "dns:NAME:port", with a port
  /// from 1 to 65535; nullopt for other text. "dns:" says to the reader that
  /// the name is one of several nodes.
  static std::optional<seed_address> parse(std::string_view text);

  auto operator<=>(const seed_address&) const = default;
};

/// Parses "192.0.2.1:5000" or "[2001:db8::1]:5000", as socket_address::str()
/// writes them; nullopt for other text. The port may be 0.
std::optional<socket_address> parse_address_and_port(std::string_view text);

} // namespace troupe::net
