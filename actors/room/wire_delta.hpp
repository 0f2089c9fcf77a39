#pragma once

#include "actors/base/ids.hpp"
#include "actors/cluster/room_messages.hpp"
#include "actors/replica/own_part.hpp"

#include <optional>
#include <string>

namespace troupe::actors {

/// Changes of this node's part of a room, as other nodes receive them.
room_delta to_wire(const room_id& room, part_delta<std::string> x);

/// The changes that another node tells. Nothing if one of them is of a kind
/// that this version does not know: the part is asked for as a whole then.
std::optional<part_delta<std::string>> from_wire(room_delta& x);

} // namespace troupe::actors
