#pragma once

#include "net/transport_tuple.hpp"

namespace troupe::net {

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
