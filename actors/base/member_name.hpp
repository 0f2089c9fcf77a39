#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/log.hpp"

namespace troupe::actors {

/// Says in the log to which member something belongs. A member that gets
/// another id later keeps its former one here.
struct member_name {
  room_id room;
  peer_id peer;

  log::field room_field() const {
    return {"room", room.str()};
  }

  log::field peer_field() const {
    return {"peer", peer.str()};
  }
};

} // namespace troupe::actors
