// The messages between this node's room and the other nodes' rooms of the same
// id.

#include "actors/room/room_replica.hpp"

#include "actors/room/part_entries.hpp"
#include "actors/room/room_state.hpp"
#include "actors/room/wire_delta.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

// Nothing stands for both kinds.
std::optional<protocol::media_kind> to_kind(const std::string& text) {
  if (text == to_string(protocol::media_kind::audio))
    return protocol::media_kind::audio;
  if (text == to_string(protocol::media_kind::video))
    return protocol::media_kind::video;
  return std::nullopt;
}

} // namespace

void room_replica::publish() {
  for (const auto& who : std::exchange(changed_, {})) {
    const auto known =
        union_->own().entries().find({entry_kind::member, who.str()});
    const auto* member = room_.members.find(who);
    const auto described = room_.people.describe(who);
    if (!known || !member || !described)
      continue;
    auto entry =
        to_entry(*described, *member, known->since,
                 room_.rules.standing_of(who).value_or(standing{}),
                 room_.recording.own(), room_.recording.accepted_by(who));
    if (entry != *known)
      union_->set(std::move(entry));
  }
  while (published_ != union_->own().position()) {
    auto delta = union_->own().poll_delta(published_);
    if (!delta) {
      published_ = union_->own().position();
      for (auto& piece : union_->own().snapshot())
        send({}, room_snapshot{room_.id.str(), std::move(piece)});
      break;
    }
    published_.seq += delta->changes.size();
    send({}, to_wire(room_.id, std::move(*delta)));
  }
}

void room_replica::handle(const room_neighbour& x) {
  if (!clustered())
    return;
  const auto node = x.incarnation;
  switch (x.state) {
    case neighbour_state::reachable:
      attach(x.node, node);
      ask();
      break;
    case neighbour_state::suspect:
      union_->suspect(node);
      break;
    case neighbour_state::dead:
      union_->handle_dead(node, now());
      lose(x.node);
      break;
    case neighbour_state::left:
      union_->handle_closed(node);
      lose(x.node);
      break;
  }
  apply();
  prune();
  become_ready();
}

void room_replica::lose(const std::string& node) {
  room_.trunks.close(node);
  room_.data_relays.close(node);
  chat_.detach(node);
}

void room_replica::attach(const std::string& name, uint64_t node) {
  auto& x = neighbours_[node];
  x.name = name;
  x.asked.reset();
  union_->attach(node);
  room_.trunks.resume(name);
  room_.data_relays.resume(name);
  chat_.attach(name);
}

void room_replica::prune() {
  std::erase_if(neighbours_,
                [this](const auto& x) { return !union_->knows(x.first); });
}

void room_replica::handle(const room_neighbours_known&) {
  if (!clustered())
    return;
  known_ = true;
  become_ready();
}

void room_replica::handle(room_message_from& x) {
  if (!clustered())
    return;
  // A node that closes its room and opens it again at once may say no more of
  // that than this.
  if (!neighbours_.contains(x.incarnation))
    attach(x.node, x.incarnation);
  auto& from = neighbours_.at(x.incarnation);
  std::visit([&](auto& what) { handle(from, x.incarnation, what); }, x.what);
  apply();
  count_violations(from, x.incarnation);
  prune();
  ask();
  become_ready();
}

void room_replica::handle(neighbour&, uint64_t node, room_snapshot& x) {
  union_->handle_snapshot(node, std::move(x.part), *clock_, wall_ms());
}

void room_replica::handle(neighbour&, uint64_t node, room_delta& x) {
  if (auto delta = from_wire(x))
    union_->handle_delta(node, std::move(*delta), *clock_, wall_ms());
}

void room_replica::handle(neighbour& from, uint64_t, const part_wanted& x) {
  publish();
  auto known = x.known;
  while (auto delta = union_->own().poll_delta(known)) {
    known.seq += delta->changes.size();
    const auto last = known == union_->own().position();
    send(from.name, to_wire(room_.id, std::move(*delta)));
    if (last)
      return;
  }
  for (auto& piece : union_->own().snapshot())
    send(from.name, room_snapshot{room_.id.str(), std::move(piece)});
}

void room_replica::handle(neighbour& from, uint64_t node, const part_closed&) {
  union_->handle_closed(node);
  lose(from.name);
}

void room_replica::handle(neighbour&, uint64_t node, const voices_heard& x) {
  if (x.peers.size() != x.levels.size() || x.peers.size() > max_voices)
    return;
  for (size_t i = 0; i < x.peers.size(); ++i)
    if (const auto found = union_->roster().find_member(x.peers[i]);
        found.second && found.first == node)
      room_.speech.note_volume(peer_id{x.peers[i]}, x.levels[i], now());
}

void room_replica::handle(neighbour&, uint64_t, const member_command& x) {
  obey(x);
}

void room_replica::obey(const member_command& x) {
  const peer_id by{x.by};
  const peer_id who{x.peer};
  if (x.what == "muteAll") {
    for (const auto& [id_of_member, member] : room_.members)
      room_.self->send(member.peer, mute_peer{to_kind(x.kind), {by}});
    return;
  }
  if (x.what == "end") {
    room_.end_members({leave_reason::room_ended, protocol::moderator{by}});
    return;
  }
  if (x.what == "stopRecording")
    return room_.recording.stop(by, recording_id{x.peer});
  if (x.what == "recordingStopped")
    return room_.recording.end_elsewhere(recording_id{x.peer}, x.kind);
  if (!room_.members.contains(who))
    return;
  if (x.what == "kick")
    room_.carry_out(by, protocol::verb::kick{who});
  else if (x.what == "mute")
    room_.carry_out(by, protocol::verb::mute{who, to_kind(x.kind)});
  else if (x.what == "askToUnmute")
    room_.carry_out(
        by, protocol::verb::ask_to_unmute{
                who, to_kind(x.kind).value_or(protocol::media_kind::audio)});
  else if (x.what == "makeHost")
    room_.carry_out(by, protocol::verb::make_host{who});
}

void room_replica::handle(neighbour& from, uint64_t, const want_data& x) {
  room_.data_relays.handle(from.name, x);
}

void room_replica::handle(neighbour& from, uint64_t, data_relay& x) {
  room_.data_relays.handle(from.name, x);
}

void room_replica::handle(neighbour& from, uint64_t, const data_credit& x) {
  room_.data_relays.handle(from.name, x);
}

void room_replica::handle(neighbour& from, uint64_t, const data_relay_over& x) {
  room_.data_relays.handle(from.name, x);
}

template <class Message>
void room_replica::handle(neighbour& from, uint64_t, const Message& x) {
  room_.trunks.handle(from.name, x);
}

void room_replica::ask() {
  const auto at = now();
  for (auto& [node, x] : neighbours_) {
    const auto wanted = union_->wanted_from(node);
    if (!wanted || (x.asked && at < *x.asked + ask_again))
      continue;
    x.asked = at;
    send(x.name, part_wanted{room_.id.str(), *wanted});
  }
}

void room_replica::count_violations(neighbour& from, uint64_t node) {
  for (const auto known = union_->violations(node); from.violations < known;
       ++from.violations)
    room_.self->send(cluster_, report_violation{from.name});
}

} // namespace troupe::actors
