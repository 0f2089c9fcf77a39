#pragma once

#include "actors/load_board.hpp"
#include "actors/room_actor.hpp"

#include <memory>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_census)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::census)

namespace troupe::actors {

/// The SERVER actor interface: who knows all rooms of this node.
using server_actor = room_gate_actor::extend<
    // A room's last member has left.
    caf::reacts_to<room_emptied>,
    // How many rooms there are.
    caf::replies_to<get_census>::with<census>>;

/// Spawns the one server actor of a node. It lets in whom `load` admits.
server_actor spawn_server(caf::actor_system& system, config::room_keys limits,
                          std::shared_ptr<load_board> load);

} // namespace troupe::actors
