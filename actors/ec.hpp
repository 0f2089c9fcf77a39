#pragma once

#include "protocol/error.hpp"

#include <caf/error.hpp>

namespace troupe::actors {

/// Wraps a refusal for the way between actors.
caf::error to_caf(const protocol::error& x);

/// The refusal in an actor's answer. Whatever did not come from `to_caf`, as
/// a timeout or an actor that is gone, is `error_code::internal`.
protocol::error from_caf(const caf::error& x);

} // namespace troupe::actors
