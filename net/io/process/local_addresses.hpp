#pragma once

#include "net/base/transport_tuple.hpp"

#include <vector>

namespace troupe::net {

/// Returns the addresses of this host's interfaces that are up, without
/// duplicates and link-local ones, with port 0. Addresses that a remote client
/// may reach come first and loopback last, so the front is a default to
/// announce.
std::vector<socket_address> local_addresses();

} // namespace troupe::net
