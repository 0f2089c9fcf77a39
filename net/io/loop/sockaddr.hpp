#pragma once

#include "net/base/transport_tuple.hpp"

#include <sys/socket.h>

#include <optional>

namespace troupe::net {

/// Converts from the system's address format; nullopt if it is neither IPv4 nor
/// IPv6.
std::optional<socket_address> from_sockaddr(const sockaddr& in);

/// Converts to the system's address format, AF_INET for IPv4. Returns its
/// length.
socklen_t to_sockaddr(const socket_address& in, sockaddr_storage& out);

/// The local address of a socket.
std::optional<socket_address> bound_address(int fd);

/// The address of a socket's peer.
std::optional<socket_address> peer_address(int fd);

} // namespace troupe::net
