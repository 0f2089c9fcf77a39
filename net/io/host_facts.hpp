#pragma once

#include "net/transport_tuple.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

namespace troupe::net {

/// Binds the address for a moment, to see whether a server could. For TCP it
/// listens, too, so that another who does is noticed.
std::error_code try_bind(const socket_address& address,
                         transport_protocol protocol);

/// How many files and sockets this process may open; nothing where there is
/// no limit.
std::optional<uint64_t> file_limit();

/// A number below /proc/sys, such as "net/core/rmem_max"; nothing where there
/// is none.
std::optional<uint64_t> kernel_setting(const std::string& name);

/// Whether the kernel holds the clock to be synchronized; nothing where it
/// does not say.
std::optional<bool> clock_is_synchronized();

/// Whether anybody but owner and group can read the file.
bool readable_by_all(const std::string& path);

} // namespace troupe::net
