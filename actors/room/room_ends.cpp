// How the room ends, and what ends with the actors that it knows.

#include "actors/base/log.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

void room_state::end_shard(size_t index) {
  log::event(
      log::level::error, "shard-failed",
      {{"room", id.str()}, {"members", std::to_string(shards.members(index))}});
  for (const auto& [who, x] : members)
    if (x.shard == index)
      self->send(x.peer, close_peer{leave_reason::failed});
  trunks.close_on(index);
}

void room_state::end(recording_end why) {
  const auto done = recording.end(why);
  forwards.close_all();
  trunks.close_all();
  data_relays.close_all();
  replica.end();
  if (done)
    self->quit();
}

void room_state::become_empty(empty_reason why) {
  close_server_channels();
  chat.clear();
  lobby.close();
  recording.note_empty();
  webhooks.note_empty();
  rules.lock(false); // later clients find it as if it were new
  report_empty(why);
}

void room_state::report_empty(empty_reason why) {
  self->send(listener, room_emptied{id, joins, admitted, why});
}

void room_state::handle_down(const caf::down_msg& down) {
  if (down.source == listener.address()) {
    for (const auto& [who, x] : members)
      note_left(x, who, name_of(who), {leave_reason::server_stops}, 0);
    webhooks.note_empty();
    return end(recording_end::shutdown);
  }
  if (recording.handle_down(down.source))
    return drain();
  if (lobby.handle_down(down.source))
    return drain();
  if (forwards.handle_down(down.source))
    return;
  if (trunks.handle_down(down.source) || data_relays.handle_down(down.source))
    return;
  if (const auto* who = members.id_of(down.source.id())) {
    leave(peer_id{*who}, {leave_reason::failed});
    drain();
    return;
  }
  // A shard ends before us by a fault only; its members receive nothing more.
  if (auto failed = shards.fail(down.source))
    end_shard(*failed);
}

} // namespace troupe::actors
