#pragma once

#include "actors/room/room_actor.hpp"

namespace troupe::actors {

/// Requests the rooms after `after`, by name.
struct list_rooms {
  room_id after;
  size_t limit = 100;
};

/// Some of the rooms, ordered by name.
struct room_page {
  std::vector<room_actor> rooms;
  /// The name of the last one if there are more, else empty.
  std::string next;
};

struct find_room {
  room_id room;
};

struct find_recording {
  recording_id which;
};

struct room_found {
  room_actor room;
};

/// The SERVER actor interface: knows all rooms of this node.
using server_actor = room_gate_actor::extend<
    // A room has no member.
    caf::reacts_to<room_emptied>,
    // A room is recorded, or no longer.
    caf::reacts_to<room_recorded>,
    // Lets all rooms notify their members. The load board refuses new rooms.
    caf::reacts_to<announce_drain>,
    // The number of rooms.
    caf::replies_to<get_room_count>::with<room_count>,
    // A page of the list of rooms.
    caf::replies_to<list_rooms>::with<room_page>,
    // One room by its name. Errors: room_not_found.
    caf::replies_to<find_room>::with<room_found>,
    // The room of a recording that goes on. Errors: recording_not_found.
    caf::replies_to<find_recording>::with<room_found>,
    // INTERNAL: closes opened rooms that had no member for too long.
    caf::reacts_to<room_idle_tick>,
    // INTERNAL: newcomers that wait in line have their turn, or are refused.
    caf::reacts_to<line_tick>>;

/// Spawns the one server actor of a node. Under overload it lets newcomers wait
/// in line, and refuses those for whom that takes too long.
server_actor spawn_server(caf::actor_system& system, room_services services);

} // namespace troupe::actors
