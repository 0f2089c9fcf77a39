#pragma once

#include "protocol/verbs/error.hpp"

#include <caf/error.hpp>

namespace troupe::actors {

/// Wraps an error for messages between actors.
caf::error to_caf(const protocol::error& x);

/// Returns the error in an actor's response. Errors that `to_caf` did not make,
/// such as a timeout or an ended actor, become `error_code::internal`.
protocol::error from_caf(const caf::error& x);

} // namespace troupe::actors
