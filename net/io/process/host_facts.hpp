#pragma once

#include "net/base/transport_tuple.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

namespace troupe::net {

/// Binds the address briefly, to see whether a server could. For TCP it also
/// listens, which detects another listener.
std::error_code try_bind(const socket_address& address,
                         transport_protocol protocol);

/// How many files and sockets this process may open; nullopt if unlimited.
std::optional<uint64_t> file_limit();

/// Reads a number below /proc/sys, such as "net/core/rmem_max"; nullopt if it
/// does not exist.
std::optional<uint64_t> kernel_setting(const std::string& name);

/// Whether the kernel considers the clock synchronized; nullopt if unknown.
std::optional<bool> clock_is_synchronized();

/// Whether users other than the owner and group can read the file.
bool readable_by_all(const std::string& path);

} // namespace troupe::net
