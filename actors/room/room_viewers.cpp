#include "actors/room/room_viewers.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

std::optional<protocol::error>
room_viewers::refusal_of(const join_room& x) const {
  const auto& members = room_.members;
  if (members.participants() + room_.replica.remote_members() == 0)
    return protocol::make_error(error_code::room_not_found);
  if (members.contains(x.who.id))
    return protocol::error{error_code::forbidden, "This id is taken"};
  if (!room_.rules.admits(x.rights.moderate))
    return protocol::make_error(protocol::error_reason::room_locked);
  if (members.viewers() >= room_.services.limits.max_viewers)
    return protocol::error{error_code::limit_reached,
                           "The room has its maximum number of viewers"};
  if (room_.lobby.must_knock(x))
    return protocol::make_error(protocol::error_reason::waiting_for_host);
  return std::nullopt;
}

caf::result<room_joined> room_viewers::join(join_room& x) {
  const auto who = x.who.id;
  if (auto refused = refusal_of(x)) {
    log::refusal(log::level::info, "join-refused",
                 {{"room", room_.id.str()},
                  {"peer", who.str()},
                  {"why", refused->message}});
    return to_caf(*refused);
  }
  auto* self = room_.self;
  self->monitor(x.peer);
  room_member viewer{x.peer, x.session};
  viewer.shard = room_.assign_shard();
  viewer.joiner = x.peer->id();
  viewer.client = std::move(x.client);
  viewer.since = self->clock().now();
  viewer.viewer = true;
  const auto& added = room_.members.add(who, std::move(viewer));
  ++room_.admitted;
  room_.audience.watch(who, x.session);
  reply::joined joined{who,
                       room_.people.participants(),
                       room_.people.others({}),
                       {},
                       self->id()};
  joined.speaker = room_.speech.active();
  return room_joined{std::move(joined),
                     caf::actor_cast<room_directory_actor>(self),
                     room_.shards.at(added.shard),
                     nullptr,
                     room_.quotas,
                     room_.speech.loudest()};
}

void room_viewers::end_if_alone() {
  const auto& members = room_.members;
  if (members.viewers() == 0
      || members.participants() + room_.replica.remote_members() > 0)
    return;
  std::vector<peer_id> all;
  for (const auto& [who, x] : members)
    all.push_back(who);
  for (const auto& who : all) {
    room_.self->send(members.at(who).peer,
                     dismiss_peer{protocol::end_reason::room_closed, {}});
    room_.remove(who, {leave_reason::room_ended});
  }
  room_.become_empty(empty_reason::no_member);
}

} // namespace troupe::actors
