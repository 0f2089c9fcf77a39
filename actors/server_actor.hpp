#pragma once

#include "actors/room_actor.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_census)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::census)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_idle_tick)

namespace troupe::actors {

/// The SERVER actor interface: who knows all rooms of this node.
using server_actor = room_gate_actor::extend<
    // A room's last member has left.
    caf::reacts_to<room_emptied>,
    // How many rooms there are.
    caf::replies_to<get_census>::with<census>,
    // INTERNAL: closes a room that was opened and that nobody came to.
    caf::reacts_to<room_idle_tick>>;

/// Spawns the one server actor of a node. It lets in whom the load admits.
server_actor spawn_server(caf::actor_system& system, room_services services);

} // namespace troupe::actors
