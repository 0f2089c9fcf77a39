#pragma once

#include "actors/room/room_actor.hpp"

namespace troupe::actors {

struct room_state;

/// INTERNAL to the room actor: the clients that only consume, and that no
/// member is notified of.
class room_viewers {
public:
  explicit room_viewers(room_state& room) : room_(room) {}

  /// Adds a viewer. Errors: room_not_found if there is no member on any node,
  /// limit_reached, forbidden.
  caf::result<room_joined> join(join_room& x);

  /// Viewers alone do not keep the room: ends it for them.
  void end_if_alone();

private:
  std::optional<protocol::error> refusal_of(const join_room& x) const;

  room_state& room_;
};

} // namespace troupe::actors
