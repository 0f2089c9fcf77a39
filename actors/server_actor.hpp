#pragma once

#include "actors/room_actor.hpp"

namespace troupe::actors {

/// Asks for the rooms after `after`, by name.
struct list_rooms {
  room_id after;
  size_t limit = 100;
};

/// Some of the rooms, ordered by name.
struct room_page {
  std::vector<room_actor> rooms;
  /// The last of them where there are more, else empty.
  std::string next;
};

struct find_room {
  room_id room;
};

struct room_found {
  room_actor room;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::list_rooms)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_census)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::census)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_idle_tick)

namespace troupe::actors {

/// The SERVER actor interface: who knows all rooms of this node.
using server_actor = room_gate_actor::extend<
    // A room's last member has left.
    caf::reacts_to<room_emptied>,
    // Has all rooms tell their members. Who may come is the load board's.
    caf::reacts_to<announce_drain>,
    // How many rooms there are.
    caf::replies_to<get_census>::with<census>,
    // A page of the list of rooms.
    caf::replies_to<list_rooms>::with<room_page>,
    // One room by its name. Errors: room_not_found.
    caf::replies_to<find_room>::with<room_found>,
    // INTERNAL: closes the opened rooms that nobody came to for too long.
    caf::reacts_to<room_idle_tick>>;

/// Spawns the one server actor of a node. It lets in whom the load admits.
server_actor spawn_server(caf::actor_system& system, room_services services);

} // namespace troupe::actors
