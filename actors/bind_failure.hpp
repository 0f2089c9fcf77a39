#pragma once

#include "net/transport_tuple.hpp"

#include <string>
#include <system_error>
#include <vector>

namespace troupe::actors {

/// What was to be bound, and by which keys: `http.listen-addresses` and
/// `http.port` for the section "http".
struct bind_request {
  std::string section;
  std::vector<std::string> addresses;
  uint16_t port = 0;
  std::vector<net::transport_protocol> protocols;
};

/// One line for the operator when that failed: names the address by trying all
/// of them once more, and the port alone where none fails that way any more.
/// What the server bound itself must be free again.
std::string describe_bind_failure(const bind_request& wanted,
                                  const std::error_code& why);

/// Whether a server goes on without this address: a family that the host lacks
/// is no mistake where no particular address was asked for.
bool is_left_out(const net::socket_address& address,
                 const std::error_code& why);

} // namespace troupe::actors
