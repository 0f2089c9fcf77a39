#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/messages.hpp"
#include "actors/media/producer_actor.hpp"
#include "actors/room/peer_handle.hpp"
#include "actors/room/room_rules.hpp"
#include "actors/room/roster.hpp"

namespace troupe::actors {

/// Requests a report on a room.
struct get_room_report {};

/// A moderation command of the server's operator.
struct administer_room {
  decltype(moderate_room::what) what;
};

/// A room as the server's operator sees it.
struct room_report {
  struct member {
    protocol::participant who;
    bool moderates = false;
    /// Null if it is on another node.
    peer_handle peer;
    /// The name of its node. The room itself names other nodes only.
    std::string node;
  };

  struct producer {
    protocol::producer_info info;
    /// Null if it is on another node.
    producer_actor handle;
  };

  room_id id;
  bool locked = false;
  /// The member that moderates because it has been here for longest.
  std::optional<peer_id> host;
  std::vector<member> members;
  std::vector<producer> producers;                          // oldest first
  std::vector<protocol::data_producer_info> data_producers; // oldest first
  bool lobby = false; // newcomers have to be let in
  size_t waiting = 0; // clients in the lobby
  /// The names of the nodes that have the room, which it does not know itself;
  /// empty without a cluster.
  std::vector<std::string> nodes = {};
};

/// Describes a room. `Room` is its actor's state.
template <class Room>
room_report make_report(const Room& room) {
  room_report out{room.id, room.rules.locked(), room.rules.host(), {},
                  {},      room.data.others({})};
  for (auto& who : room.people.participants()) {
    room_report::member x;
    x.moderates = room.rules.may_moderate(who.id);
    if (const auto* here = room.members.find(who.id))
      x.peer = here->peer;
    else
      x.node = room.replica.node_of(who.id);
    x.who = std::move(who);
    out.members.push_back(std::move(x));
  }
  for (auto& info : room.people.others({})) {
    const auto here = room.handles.find(info.id);
    out.producers.push_back({std::move(info), here == room.handles.end()
                                                  ? producer_actor{}
                                                  : here->second.producer});
  }
  return out;
}

} // namespace troupe::actors
