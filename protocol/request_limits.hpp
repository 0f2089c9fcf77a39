#pragma once

#include "protocol/error.hpp"
#include "protocol/verbs.hpp"

#include <optional>

namespace troupe::protocol {

/// Why a request is refused for the length of what it says (limits.hpp), or
/// nothing. Asked of every request of every dialect before it is carried out;
/// what is in RTP's dictionaries was held to its limits as it was decoded.
std::optional<error> find_excess(const request& what);

} // namespace troupe::protocol
