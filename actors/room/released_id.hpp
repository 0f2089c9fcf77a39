#pragma once

#include "actors/room/member_claim.hpp"
#include "actors/room/room_rules.hpp"

#include <optional>

namespace troupe::actors {

/// What a member leaves to one that continues under its id.
struct released_id {
  user_proof proof = user_proof::none;
  member_claim claim;
  std::optional<standing> former = {};
};

} // namespace troupe::actors
