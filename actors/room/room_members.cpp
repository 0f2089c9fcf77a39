// Adds members to the room, shows them to the others, and removes them.

#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/base/mailbox_length.hpp"
#include "actors/room/room_state.hpp"
#include "protocol/ortc/ortc.hpp"

namespace troupe::actors {

namespace {

/// Removes the producers that a client with these capabilities cannot consume.
/// Capabilities without codecs remove none.
void keep_consumable(
    std::vector<protocol::producer_info>& list, const roster& people,
    const std::optional<protocol::rtp_capabilities>& can_receive) {
  if (!can_receive || can_receive->codecs.empty())
    return;
  std::erase_if(list, [&](const protocol::producer_info& x) {
    return !protocol::can_consume(people.find(x.id)->consumable, *can_receive);
  });
}

} // namespace

caf::result<room_joined> room_state::join(join_room& x) {
  ++joins;
  services.shards.load->counters().note_mailbox(mailbox_owner::room,
                                                mailbox_length(self));
  if (x.until.passed(self->clock().now()))
    return to_caf(protocol::make_error(error_code::internal));
  if (x.viewer)
    return viewers.join(x);
  recognize(x);
  auto who = x.who.id;
  if (auto refused = refuse(x)) {
    if (refused->reason == protocol::error_reason::waiting_for_host)
      return to_caf(lobby.receive(x));
    log::refusal(
        log::level::info, "join-refused",
        {{"room", id.str()}, {"peer", who.str()}, {"why", refused->message}});
    return to_caf(*refused);
  }
  lobby.forget(x.session);
  if (members.contains(who))
    return rejoin(x);
  if (members.empty())
    replica.restart_chat();
  self->monitor(x.peer);
  const auto& added = members.add(who, {x.peer,
                                        x.session,
                                        x.named_by_client,
                                        x.derived,
                                        assign_shard(),
                                        presence::hidden,
                                        x.rights.moderate,
                                        0,
                                        make_claim(),
                                        x.peer->id(),
                                        std::move(x.client),
                                        self->clock().now(),
                                        {},
                                        x.rights.record});
  auto activity = speech.add(who, self->clock().now());
  ++admitted;
  auto joined = x.hidden ? reply::joined{who, {}, {}, {}, self->id()}
                         : show(std::move(x.who));
  keep_consumable(joined.producers, people, x.capabilities);
  return room_joined{std::move(joined),
                     caf::actor_cast<room_directory_actor>(self),
                     shards.at(added.shard),
                     std::move(activity),
                     quotas,
                     speech.loudest()};
}

caf::result<reply::joined> room_state::announce(announce_member& x) {
  const auto* who = sender();
  if (!who || x.until.passed(self->clock().now()))
    return to_caf(protocol::make_error(who ? error_code::internal
                                           : error_code::not_joined));
  x.who.id = *who;
  if (members.at(x.who.id).presence == presence::shown)
    return to_caf(protocol::make_error(error_code::already_joined));
  return show(std::move(x.who));
}

reply::joined room_state::show(protocol::participant who) {
  auto& x = members.at(who.id);
  x.presence = presence::shown;
  replica.add_member(who);
  if (people.contains(who.id)) {
    audience.resume(who.id, x.session);
    if (people.revise(who))
      notify_update(who.id);
    recording.note_returned(who.id);
  } else {
    rules.add(who.id, x.moderates, replica.rank_of(who.id));
    who.host = rules.may_moderate(who.id);
    people.add(who);
    audience.admit(*people.describe(who.id), x.session);
    note_joined(x, who.id);
    recording.note_shown(who.id);
  }
  drain();
  return describe_room(who.id);
}

reply::joined room_state::describe_room(const peer_id& to) const {
  return {to,
          people.participants(),
          people.others(to),
          data.others(to),
          self->id(),
          members.at(to).claim.secret(),
          rules.may_moderate(to),
          rules.locked(),
          lobby.enabled(),
          recording.info()};
}

room_joined room_state::rejoin(join_room& x) {
  auto who = x.who.id;
  auto& old = members.at(who);
  // A session repeats its request after it has stopped waiting.
  const auto replaced = old.loss == 0 && old.session != x.session;
  const auto former = old.session;
  audience.lose(who);
  graces.remove(std::exchange(old.loss, 0));
  old.moderates = x.rights.moderate;
  old.records = x.rights.record;
  rules.change(who, x.rights.moderate);
  hand_over(x); // while `old` has its former session
  lobby.note_hosts();
  old.session = x.session;
  old.joiner = x.peer->id();
  old.client = std::move(x.client);
  log_returned(old, who, replaced);
  self->send(old.peer,
             adopt_session{x.session, x.signaled_at, std::move(x.capabilities),
                           x.rights, x.hidden, old.joiner});
  // The member has its new session before the former one closes the peer, so
  // that this close has no effect.
  if (replaced)
    self->send(former, session_ended{protocol::end_reason::replaced});
  if (x.hidden && old.presence == presence::shown)
    old.presence = presence::returning;
  return {x.hidden ? reply::joined{who, {}, {}, {}, self->id()}
                   : show(std::move(x.who)),
          caf::actor_cast<room_directory_actor>(self),
          shards.at(old.shard),
          speech.of(who),
          quotas,
          speech.loudest(),
          old.peer};
}

void room_state::rename(rename_member& x) {
  const auto* who = sender();
  if (!who || !people.rename(*who, std::move(x.name)))
    return;
  notify_update(*who);
  rename_to_bots(*who);
  webhooks.note_renamed(*who);
  recording.note_renamed(*who);
}

size_t room_state::assign_shard() {
  return shards.assign([this] {
    auto added = spawn_shard(self->system(), services.shards, speech.ranking(),
                             self->address());
    self->monitor(added);
    return added;
  });
}

void room_state::leave(const peer_id& who, const departure& how) {
  remove(who, how);
  if (members.empty())
    become_empty(empty_reason::no_member);
}

void room_state::dismiss(const peer_id& who, protocol::end_reason why,
                         const departure& how) {
  self->send(members.at(who).peer, dismiss_peer{why, how.by});
  leave(who, how);
}

void room_state::remove(const peer_id& who, const departure& how) {
  const auto display_name = name_of(who);
  auto left = members.remove(who);
  if (!left)
    return;
  if (how.why != leave_reason::kicked)
    lobby.remember(*left);
  self->demonitor(left->peer.address());
  graces.remove(left->loss);
  shards.release(left->shard);
  rules.remove(who);
  speech.remove(who);
  replica.remove_member(who);
  for (const auto& gone : people.remove(who)) {
    handles.erase(gone);
    audience.notify_others(event::producer_closed{gone, who}, who);
  }
  remove_data_of(who);
  if (left->presence != presence::hidden)
    audience.notify_others(event::peer_left{who}, who);
  audience.remove(who);
  if (!left->viewer) {
    recording.note_left(who);
    forwards.note_left(who);
  }
  note_left(*left, who, display_name, how, members.participants());
}

} // namespace troupe::actors
