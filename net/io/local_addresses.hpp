#pragma once

#include "net/transport_tuple.hpp"

#include <vector>

namespace troupe::net {

/// The addresses of this host's interfaces that are up, each once, without
/// link-local ones, with port 0. Those that a remote client may reach come
/// first and loopback last, so that the front is a default to announce.
std::vector<socket_address> local_addresses();

} // namespace troupe::net
