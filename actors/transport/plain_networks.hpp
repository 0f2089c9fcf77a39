#pragma once

#include "actors/config/config.hpp"
#include "net/base/address_prefix.hpp"

namespace troupe::actors {

/// The networks to which plain transports may send: a client that may use one
/// can make the server send to any address in them (ADR 34).
class plain_networks {
public:
  explicit plain_networks(const config::rtc_keys& settings);

  /// Whether clients may name this address as theirs.
  bool allows(const net::socket_address& x) const;

  /// Whether media may go there without a report that it arrives.
  bool trusts(const net::socket_address& x) const;

private:
  std::vector<net::address_prefix> allowed_;
  std::vector<net::address_prefix> trusted_;
};

/// The prefixes of `rtc.plain-destinations`. If the key is not set: this host,
/// and the private networks if `rtc.plain-address` is in one.
std::vector<std::string> plain_destinations(const config::rtc_keys& settings);

/// Whether `rtc.forward-allow` has this address.
bool may_forward_to(const config::rtc_keys& settings,
                    const net::socket_address& x);

/// Whether the prefix has private and loopback addresses only. False for
/// malformed text.
bool is_local_prefix(const std::string& text);

} // namespace troupe::actors
