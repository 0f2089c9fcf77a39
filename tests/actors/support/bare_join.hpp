#pragma once

#include "actor_world.hpp"

namespace troupe::test {

/// Joins room "r" by the message that a peer sends, for tests of what the room
/// gives to a new member: a client never sees it. `peer` takes the place of the
/// member's peer, and `session` of its session.
inline actors::room_joined
join_bare(actor_world& world, const std::string& who,
          const actors::peer_handle& peer,
          const actors::session_listener_actor& session) {
  caf::scoped_actor self{*world.system};
  auto answer = self->request(world.server, caf::infinite,
                              actors::join_room{protocol::room_id{"r"},
                                                {protocol::peer_id{who}, who},
                                                peer,
                                                session});
  world.run();
  actors::room_joined out;
  answer.receive([&](actors::room_joined& x) { out = std::move(x); },
                 [](const caf::error&) { FAIL("not let in"); });
  return out;
}

} // namespace troupe::test
