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
    peer_handle peer;
  };

  struct producer {
    protocol::producer_info info;
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
};

/// Describes a room from the parts that its actor knows.
template <class Members, class Handles>
room_report make_report(const room_id& id, const roster& people,
                        const room_rules& rules, const Members& members,
                        const Handles& handles,
                        const producer_directory<data_producer_facts>& data) {
  room_report out{id, rules.locked(), rules.host(), {}, {}, data.others({})};
  for (auto& who : people.participants()) {
    auto moderates = rules.may_moderate(who.id);
    auto peer = members.at(who.id).peer;
    out.members.push_back({std::move(who), moderates, std::move(peer)});
  }
  for (auto& info : people.others({})) {
    auto producer = handles.at(info.id).producer;
    out.producers.push_back({std::move(info), std::move(producer)});
  }
  return out;
}

} // namespace troupe::actors
