#pragma once

#include "net/transport_tuple.hpp"

namespace troupe::net {

/// The address by which limits count a client: of IPv4 the whole address, of
/// IPv6 its first 64 bits, within which one subscriber chooses addresses freely
/// (RFC 4291, section 2.5.4). The other bits and the port are 0.
socket_address client_network(const socket_address& x);

/// A range of addresses: "192.0.2.0/24", "2001:db8::/32", or one address.
class address_prefix {
public:
  /// Nothing where `text` is no prefix: neither address, or too many bits.
  static std::optional<address_prefix> parse(const std::string& text);

  /// Whether `x` lies in it, whatever its port.
  bool contains(const socket_address& x) const;

private:
  address_prefix(const socket_address& first, unsigned bits)
      : first_(first)
      , bits_(bits) {}

  socket_address first_;
  unsigned bits_; // of the 128 that an IPv4-mapped address has, too
};

} // namespace troupe::net
