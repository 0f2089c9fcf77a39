#pragma once

#include "net/base/transport_tuple.hpp"

namespace troupe::net {

/// The address under which limits count a client. IPv4: the whole address.
/// IPv6: its first 64 bits, because a subscriber freely chooses addresses
/// within them (RFC 4291, section 2.5.4). The other bits and the port are 0.
socket_address client_network(const socket_address& x);

/// A range of addresses: "192.0.2.0/24", "2001:db8::/32", or one address.
class address_prefix {
public:
  /// Returns nullopt if `text` is not an address, or has too many prefix bits.
  static std::optional<address_prefix> parse(const std::string& text);

  /// Whether the range contains `x`, whatever its port.
  bool contains(const socket_address& x) const;

private:
  address_prefix(const socket_address& first, unsigned bits)
      : first_(first)
      , bits_(bits) {}

  socket_address first_;
  unsigned bits_; // of 128; an IPv4 prefix counts as IPv4-mapped
};

} // namespace troupe::net
