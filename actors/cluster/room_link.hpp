#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/local_messages.hpp"
#include "actors/cluster/room_messages.hpp"

#include <caf/typed_actor.hpp>

namespace troupe::actors {

/// How a room stands to a node that has it too.
enum class neighbour_state : uint8_t {
  /// It has the room, and messages reach it.
  reachable,
  /// Its link broke; what is known of it still holds.
  suspect,
  /// It is dead, or has another incarnation. Its members may come back.
  dead,
  /// It closed its room, or said goodbye to the cluster.
  left,
};

/// Another node that has the room, or no longer has.
struct room_neighbour {
  std::string node;
  uint64_t incarnation = 0;
  neighbour_state state = neighbour_state::reachable;
};

/// All nodes that were known to have the room at its attachment have been
/// named.
struct room_neighbours_known {};

/// What the replica of a room on another node says.
struct room_message_from {
  std::string node;
  uint64_t incarnation = 0;
  room_message what;
};

/// A message for the replicas of a room on other nodes.
struct room_message_to {
  room_id room;
  /// Empty: to all that have the room.
  std::string node;
  room_message what;
};

/// The cluster's handle of a room.
using room_replica_actor =
    caf::typed_actor<caf::reacts_to<room_neighbour>,
                     caf::reacts_to<room_neighbours_known>,
                     caf::reacts_to<room_message_from>>;

/// This node has members in the room from now on.
struct attach_room {
  room_id room;
  room_replica_actor replica;
};

/// This node has none any more.
struct detach_room {
  room_id room;
};

/// Asks which other nodes have the room.
struct where_is {
  room_id room;
};

/// Their names.
struct room_nodes {
  std::vector<std::string> nodes;
};

/// A room breaks a rule of the protocol between nodes: counts against that
/// node.
struct report_violation {
  std::string node;
};

/// The CLUSTER ROOMS actor interface: what rooms use of the cluster.
using cluster_rooms_actor = caf::typed_actor<
    // Tells the other nodes, and sends the replica its neighbours, then a
    // room_neighbours_known.
    caf::reacts_to<attach_room>, caf::reacts_to<detach_room>,
    // Sends it to the gateways of these nodes.
    caf::reacts_to<room_message_to>, caf::reacts_to<report_violation>,
    // Answers from what the other nodes have told, at once.
    caf::replies_to<where_is>::with<room_nodes>>;

} // namespace troupe::actors
