#include "actors/base/caf_error.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

caf::result<done> room_state::moderate(const moderate_room& x) {
  const auto* who = sender();
  if (!who || !rules.may_moderate(*who))
    return to_caf(protocol::make_error(error_code::forbidden));
  // A copy: the room may end meanwhile.
  auto by = *who;
  return std::visit([&](const auto& what) { return carry_out(by, what); },
                    x.what);
}

caf::result<done> room_state::administer(const administer_room& x) {
  auto answer = std::visit(
      [this](const auto& what) { return carry_out({}, what); }, x.what);
  drain();
  return answer;
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::kick& x) {
  if (!people.contains(x.peer))
    return to_caf(protocol::make_error(error_code::peer_not_found));
  if (x.peer == by)
    return to_caf({error_code::bad_request, "peerId: must be another member"});
  log_action("peer-kicked", by, {{"peer", x.peer.str()}});
  dismiss(x.peer, protocol::end_reason::kicked,
          {leave_reason::kicked, actor_field(by)});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::mute& x) {
  if (!people.contains(x.peer))
    return to_caf(protocol::make_error(error_code::peer_not_found));
  log_action("peer-muted", by,
             {{"peer", x.peer.str()},
              {"kind", std::string{x.kind ? to_string(*x.kind) : "all"}}});
  self->send(members.at(x.peer).peer, mute_peer{x.kind});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::lock_room& x) {
  if (rules.locked() != x.locked) {
    log_action(x.locked ? "room-locked" : "room-unlocked", by);
    audience.notify_others(event::room_locked{x.locked}, by);
  }
  rules.lock(x.locked);
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::end_room&) {
  log_action("room-ended", by);
  // Answer first: the peer that waits for the response ends with the room.
  auto promise = self->make_response_promise<done>();
  promise.deliver(done{});
  for (const auto& [who, x] : members) {
    log_left(x, who, name_of(who), {leave_reason::room_ended, actor_field(by)},
             0);
    self->demonitor(x.peer.address());
    shards.release(x.shard);
    self->send(x.peer, dismiss_peer{protocol::end_reason::room_closed});
  }
  members.clear();
  graces.clear();
  handles.clear();
  audience.clear();
  people = {};
  data = {};
  data_handles.clear();
  rules = {};
  speech.clear();
  become_empty(empty_reason::ended);
  return promise;
}

} // namespace troupe::actors
