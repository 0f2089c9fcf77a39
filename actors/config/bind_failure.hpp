#pragma once

#include "net/base/transport_tuple.hpp"

#include <string>
#include <system_error>
#include <vector>

namespace troupe::actors {

/// What was to be bound, and the section of its configuration keys: "http" for
/// `http.listen-addresses` and `http.port`.
struct bind_request {
  std::string section;
  std::vector<std::string> addresses;
  uint16_t port = 0;
  std::vector<net::transport_protocol> protocols;
};

/// Describes a failed bind in one line for the operator. Tries all addresses
/// again to name the one that fails with `why`; names only the port if none
/// does. The server must have closed its own sockets before.
std::string describe_bind_failure(const bind_request& wanted,
                                  const std::error_code& why);

/// Whether a server starts without this address. A missing address family is no
/// error for a wildcard or loopback address.
bool is_left_out(const net::socket_address& address,
                 const std::error_code& why);

} // namespace troupe::actors
