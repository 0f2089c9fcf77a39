#pragma once

#include "net/transport_tuple.hpp"

#include <sys/socket.h>

#include <optional>

namespace troupe::net {

/// Reads the system's form of an address; nothing where it is neither IPv4
/// nor IPv6.
std::optional<socket_address> from_sockaddr(const sockaddr& in);

/// Writes the system's form of an address, AF_INET for IPv4. Returns its
/// length.
socklen_t to_sockaddr(const socket_address& in, sockaddr_storage& out);

/// The local address of a socket.
std::optional<socket_address> bound_address(int fd);

/// The address of a socket's peer.
std::optional<socket_address> peer_address(int fd);

} // namespace troupe::net
