#pragma once

#include "protocol/verbs/error.hpp"
#include "protocol/verbs/verbs.hpp"

#include <optional>

namespace troupe::protocol {

/// Returns why a request exceeds the length limits of limits.hpp, or nothing.
/// Called for every request of every dialect before it is carried out; the RTP
/// dictionaries were checked when they were decoded.
std::optional<error> find_excess(const request& what);

} // namespace troupe::protocol
