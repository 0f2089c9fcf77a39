#pragma once

#include "actors/base/leave_reason.hpp"
#include "protocol/verbs/replies.hpp"

#include <optional>

namespace troupe::actors {

/// Why a member leaves its room, for the log.
struct departure {
  leave_reason why = leave_reason::left;
  /// Set if a moderator or the operator caused it.
  std::optional<protocol::moderator> by = {};
};

} // namespace troupe::actors
