// Applies what the other nodes say to this node's room: lists their members and
// producers, and notifies this node's members.

#include "actors/room/part_entries.hpp"
#include "actors/room/room_replica.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

namespace {

protocol::participant to_participant(const part_entry<std::string>& x,
                                     protocol::described_member described) {
  return {peer_id{x.key.id},
          std::move(described.name),
          true,
          true,
          std::move(described.device),
          false};
}

} // namespace

std::optional<protocol::described_member>
room_replica::find_remote(const peer_id& who) const {
  if (!clustered() || room_.members.contains(who))
    return std::nullopt;
  const auto found = union_->roster().find_member(who.str()).second;
  if (!found)
    return std::nullopt;
  auto described = protocol::read_described_member(found->payload);
  return described ? std::optional{std::move(*described)} : std::nullopt;
}

std::string room_replica::node_of(const peer_id& who) const {
  if (!clustered())
    return {};
  const auto i =
      neighbours_.find(union_->roster().find_member(who.str()).first);
  return i == neighbours_.end() ? std::string{} : i->second.name;
}

void room_replica::apply() {
  auto changed = false;
  for (; auto x = union_->poll_event(); changed = true)
    apply(*x);
  if (changed)
    room_.recording.note_replica();
}

void room_replica::note_recording(const peer_id& who,
                                  const protocol::described_member& says) {
  auto& known = remote_.at(who);
  known.is_told = says.is_told_of_recordings;
  known.recording = says.recording;
  if (std::exchange(known.accepts, says.accepts) != says.accepts)
    room_.recording.note_consent_elsewhere(who);
}

void room_replica::apply(const union_event<std::string>& x) {
  const auto own = room_.services.cluster->incarnation;
  switch (x.kind) {
    case union_change::replaced:
    case union_change::id_taken:
      // Not now: the room may be about to list it.
      dismissed_.insert(peer_id{x.what->key.id});
      return;
    case union_change::lock_changed:
      if (room_.rules.locked() != x.lock.locked) {
        room_.rules.lock(x.lock.locked);
        room_.audience.notify_all(
            event::room_locked{x.lock.locked,
                               protocol::moderator{peer_id{x.lock.by}}},
            {});
      }
      return;
    case union_change::host_changed:
      return; // room_rules derives it from the same ranks
    default:
      break;
  }
  if (x.node == own)
    return;
  switch (x.kind) {
    case union_change::joined:
      return apply_joined(*x.what);
    case union_change::left:
      return apply_left(*x.what);
    case union_change::opened:
      return apply_opened(*x.what);
    case union_change::closed:
      return apply_closed(*x.what);
    default:
      return apply_changed(*x.what);
  }
}

void room_replica::apply_joined(const part_entry<std::string>& x) {
  auto described = protocol::read_described_member(x.payload);
  const peer_id who{x.key.id};
  // What no client could have said is not listed.
  if (!described || room_.people.contains(who))
    return;
  remote_.try_emplace(who);
  note_recording(who, *described);
  room_.rules.add(who, described->moderates, described->rank);
  room_.rules.set_standing(who, {described->rank, described->made_host});
  auto listed = to_participant(x, std::move(*described));
  listed.host = room_.rules.may_moderate(who);
  room_.people.add(listed);
  room_.speech.add(who, now());
  room_.audience.admit(std::move(listed), session_listener_actor{});
  room_.recording.note_shown(who);
}

void room_replica::apply_left(const part_entry<std::string>& x) {
  const peer_id who{x.key.id};
  if (remote_.erase(who) == 0)
    return;
  room_.rules.remove(who);
  // A member of this node that has the id by now has taken its place.
  if (!room_.members.contains(who))
    room_.speech.remove(who);
  room_.recording.note_left(who);
  for (const auto& gone : room_.people.remove(who))
    room_.handles.erase(gone);
  for (const auto& gone : room_.data.remove(who))
    room_.data_relays.finish(gone);
  room_.audience.notify_others(event::peer_left{who}, who);
  room_.audience.remove(who);
}

void room_replica::apply_opened(const part_entry<std::string>& x) {
  if (x.key.kind == entry_kind::data_producer)
    return apply_data_opened(x);
  auto facts = to_producer_facts(x);
  if (!facts || !is_remote(facts->info.peer))
    return;
  auto info = facts->info;
  if (!room_.people.publish(std::move(*facts)))
    return;
  room_.audience.notify_others(event::producer_added{info}, info.peer);
  room_.recording.note_published(*room_.people.find(info.id));
  room_.note_seen(info.peer);
  room_.notify_update(info.peer);
  room_.keep_sampling();
}

void room_replica::apply_closed(const part_entry<std::string>& x) {
  if (x.key.kind == entry_kind::data_producer) {
    const data_producer_id gone{x.key.id};
    room_.data_relays.finish(gone);
    return room_.withdraw(gone);
  }
  const producer_id which{x.key.id};
  room_.trunks.close_relay(which);
  room_.withdraw(which);
}

void room_replica::apply_data_opened(const part_entry<std::string>& x) {
  auto facts = to_data_producer_facts(x);
  if (!facts || !is_remote(facts->info.peer))
    return;
  auto info = facts->info;
  if (room_.data.publish(std::move(*facts)))
    room_.audience.notify_others(event::data_producer_added{info}, info.peer);
}

void room_replica::apply_data_changed(const part_entry<std::string>& x) {
  const auto facts = to_data_producer_facts(x);
  if (facts && room_.data.set_paused(facts->info.id, facts->info.paused))
    room_.data_relays.set_paused(facts->info.id, facts->info.paused);
}

void room_replica::apply_changed(const part_entry<std::string>& x) {
  if (x.key.kind == entry_kind::data_producer)
    return apply_data_changed(x);
  if (x.key.kind == entry_kind::producer) {
    if (const auto facts = to_producer_facts(x)) {
      room_.trunks.set_paused(facts->info.id, facts->info.paused);
      room_.set_paused({facts->info.id, facts->info.paused, {}});
    }
    return;
  }
  auto described = protocol::read_described_member(x.payload);
  const peer_id who{x.key.id};
  if (!described || !is_remote(who))
    return;
  room_.rules.change(who, described->moderates);
  room_.rules.set_standing(who, {described->rank, described->made_host});
  note_recording(who, *described);
  if (room_.people.revise(to_participant(x, std::move(*described))))
    room_.notify_update(who);
}

} // namespace troupe::actors
