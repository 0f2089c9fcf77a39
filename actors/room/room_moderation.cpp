#include "actors/base/caf_error.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

namespace {

/// How often a member can be asked to unmute, by all moderators together.
constexpr net::duration unmute_request_interval = std::chrono::seconds{5};

protocol::error refuse_oneself() {
  return {error_code::bad_request, "peerId: must be another member"};
}

std::string to_text(const std::optional<protocol::media_kind>& kind) {
  return kind ? std::string{to_string(*kind)} : std::string{};
}

// Lets the lobby carry out what concerns it, and the room all else.
template <class Verb>
caf::result<done> carry_out_for(room_state& room, const peer_id& by,
                                const Verb& x) {
  if constexpr (requires { room.lobby.carry_out(by, x); })
    return room.lobby.carry_out(by, x);
  else
    return room.carry_out(by, x);
}

} // namespace

caf::result<done> room_state::moderate(const moderate_room& x) {
  const auto* who = sender();
  if (!who || !rules.may_moderate(*who))
    return to_caf(protocol::make_error(error_code::forbidden));
  // A copy: the room may end meanwhile.
  auto by = *who;
  return std::visit(
      [&](const auto& what) { return carry_out_for(*this, by, what); }, x.what);
}

caf::result<done> room_state::administer(const administer_room& x) {
  auto answer = std::visit(
      [this](const auto& what) { return carry_out_for(*this, {}, what); },
      x.what);
  drain();
  return answer;
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::kick& x) {
  if (!people.contains(x.peer))
    return to_caf(protocol::make_error(error_code::peer_not_found));
  if (x.peer == by)
    return to_caf(refuse_oneself());
  log_action("peer-kicked", by, {{"peer", x.peer.str()}});
  if (replica.is_remote(x.peer)) {
    replica.command(x.peer, {{}, "kick", {}, by.str(), {}});
    return done{};
  }
  dismiss(x.peer, protocol::end_reason::kicked,
          {leave_reason::kicked, protocol::moderator{by}});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::mute& x) {
  if (!people.contains(x.peer))
    return to_caf(protocol::make_error(error_code::peer_not_found));
  log_action("peer-muted", by,
             {{"peer", x.peer.str()},
              {"kind", std::string{x.kind ? to_string(*x.kind) : "all"}}});
  if (replica.is_remote(x.peer))
    replica.command(x.peer, {{}, "mute", {}, by.str(), to_text(x.kind)});
  else
    self->send(members.at(x.peer).peer, mute_peer{x.kind, {by}});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::mute_all& x) {
  log_action("all-muted", by,
             {{"kind", std::string{x.kind ? to_string(*x.kind) : "all"}}});
  for (const auto& [who, member] : members)
    if (who != by)
      self->send(member.peer, mute_peer{x.kind, {by}});
  replica.command({}, {{}, "muteAll", {}, by.str(), to_text(x.kind)});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::ask_to_unmute& x) {
  if (!people.contains(x.peer))
    return to_caf(protocol::make_error(error_code::peer_not_found));
  if (x.peer == by)
    return to_caf(refuse_oneself());
  const auto remote = replica.is_remote(x.peer);
  auto& asked =
      remote ? replica.unmute_asked(x.peer) : members.at(x.peer).unmute_asked;
  auto now = self->clock().now();
  if (asked && now - *asked < unmute_request_interval)
    return to_caf(
        {error_code::limit_reached, "This member was asked a moment ago"});
  asked = now;
  if (remote)
    replica.command(x.peer, {{}, "askToUnmute", {}, by.str(), to_text(x.kind)});
  else
    self->send(members.at(x.peer).peer,
               notify_peer{event::unmute_requested{x.kind, {by}}});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::make_host& x) {
  if (!people.contains(x.peer))
    return to_caf(protocol::make_error(error_code::peer_not_found));
  if (replica.is_remote(x.peer) && rules.may_be_host(x.peer)) {
    log_action("host-made", by, {{"peer", x.peer.str()}});
    replica.command(x.peer, {{}, "makeHost", {}, by.str(), {}});
    return done{};
  }
  if (!rules.make_host(x.peer))
    return to_caf({error_code::forbidden,
                   "The token of this member does not let it moderate"});
  log_action("host-made", by, {{"peer", x.peer.str()}});
  note_hosts(protocol::moderator{by});
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::lock_room& x) {
  if (rules.locked() != x.locked) {
    log_action(x.locked ? "room-locked" : "room-unlocked", by);
    audience.notify_others(
        event::room_locked{x.locked, protocol::moderator{by}}, by);
  }
  rules.lock(x.locked);
  replica.lock(x.locked, by);
  return done{};
}

caf::result<done> room_state::carry_out(const peer_id& by,
                                        const verb::end_room&) {
  log_action("room-ended", by);
  replica.command({}, {{}, "end", {}, by.str(), {}});
  // Answer first: the peer that waits for the response ends with the room.
  auto promise = self->make_response_promise<done>();
  promise.deliver(done{});
  end_members({leave_reason::room_ended, protocol::moderator{by}});
  return promise;
}

void room_state::end_members(const departure& how) {
  replica.remove_all();
  trunks.close_all();
  data_relays.close_all();
  for (const auto& [who, x] : members) {
    note_left(x, who, name_of(who), how, 0);
    self->demonitor(x.peer.address());
    shards.release(x.shard);
    self->send(x.peer, dismiss_peer{protocol::end_reason::room_closed, how.by});
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
}

void room_state::note_hosts(const std::optional<protocol::moderator>& by) {
  for (const auto& [who, host] : rules.poll_changes()) {
    lobby.note_hosts();
    if (!people.set_host(who, host))
      continue;
    notify_update(who);
    if (const auto* member = members.find(who))
      self->send(member->peer, notify_peer{event::host_changed{host, by}});
  }
}

} // namespace troupe::actors
