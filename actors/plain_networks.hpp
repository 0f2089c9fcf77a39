#pragma once

#include "actors/config.hpp"
#include "net/address_prefix.hpp"

namespace troupe::actors {

/// Where plain transports may send: whoever may use one can have the server
/// send to any address that this allows (ADR 34).
class plain_networks {
public:
  explicit plain_networks(const config::rtc_keys& settings);

  /// Whether clients may name this address as theirs.
  bool allows(const net::socket_address& x) const;

  /// Whether media goes there although nobody reports that it arrives.
  bool trusts(const net::socket_address& x) const;

private:
  std::vector<net::address_prefix> allowed_;
  std::vector<net::address_prefix> trusted_;
};

/// The prefixes of `rtc.plain-destinations`. Where the key is not set: this
/// host; and the private networks, if `rtc.plain-address` is in one.
std::vector<std::string> plain_destinations(const config::rtc_keys& settings);

/// Whether the prefix holds private and loopback addresses only. False for
/// what is no prefix.
bool is_local_prefix(const std::string& text);

} // namespace troupe::actors
