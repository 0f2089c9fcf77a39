// Which members are recorded, and with which of their producers.

#include "actors/room/room_state.hpp"

namespace troupe::actors {

// -- consent ------------------------------------------------------------------

caf::result<reply::ok>
room_recording::handle(const verb::consent_to_recording& x) {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  if (!info() || !info()->asks)
    return reply::ok{};
  if (x.accepted == accepted_.contains(*who))
    return reply::ok{};
  if (x.accepted)
    accepted_.insert(*who);
  else
    accepted_.erase(*who);
  room_.replica.note_member(*who);
  if (own_ && x.accepted)
    record_all_of(*who);
  else if (own_)
    room_.self->send(own_->actor, forget_recorded_peer{*who});
  return reply::ok{};
}

void room_recording::note_consent_elsewhere(const peer_id& who) {
  if (!own_ || !own_->info.asks)
    return;
  if (accepts(who))
    record_all_of(who);
  else
    room_.self->send(own_->actor, forget_recorded_peer{who});
}

void room_recording::note_other_user(const peer_id& who) {
  asked_.erase(who);
  if (accepted_.erase(who) == 0)
    return;
  room_.replica.note_member(who);
  if (own_)
    room_.self->send(own_->actor, forget_recorded_peer{who});
}

bool room_recording::accepts(const peer_id& who) const {
  if (room_.replica.is_remote(who))
    return room_.replica.is_told_of_recordings(who)
           && (!own_->info.asks
               || room_.replica.accepted_by(who) == own_->info.id);
  return !own_->info.asks || accepted_.contains(who);
}

void room_recording::handle(const ask_for_consent&) {
  if (!info() || !info()->asks)
    return;
  for (const auto& [who, member] : room_.members)
    if (member.presence == presence::shown && !accepted_.contains(who)
        && asked_.insert(who).second)
      room_.self->send(member.peer,
                       notify_peer{event::recording_consent_asked{*info()}});
}

// -- media --------------------------------------------------------------------

void room_recording::record_all_of(const peer_id& who) {
  for (const auto& x : room_.people.others({}))
    if (x.peer == who)
      record(*room_.people.find(x.id));
}

void room_recording::record(const producer_facts& x) {
  const auto& info = x.info;
  if (own_->ending || !accepts(info.peer))
    return;
  if (!room_.replica.is_remote(info.peer)) {
    if (auto i = room_.handles.find(info.id); i != room_.handles.end())
      room_.self->send(own_->actor, record_producer{{x, i->second}});
    return;
  }
  room_.trunks.open_relay(
      x, [this, of = own_->info.id](caf::expected<producer_entry> opened) {
        if (opened && own_ && own_->info.id == of && !own_->ending
            && accepts(opened->facts.info.peer))
          room_.self->send(own_->actor, record_producer{std::move(*opened)});
      });
}

void room_recording::note_published(const producer_facts& x) {
  if (own_)
    record(x);
}

void room_recording::note_relay_ended(const producer_id& which) {
  if (!own_)
    return;
  if (const auto* facts = room_.people.find(which))
    record(*facts);
}

// -- members ------------------------------------------------------------------

void room_recording::note_shown(const peer_id& who) {
  if (own_)
    room_.self->send(own_->actor,
                     recorded_peer_joined{who, room_.name_of(who)});
  else if (room_.services.record.automatic && room_.services.recordings
           && !info() && room_.members.contains(who))
    start({{}, {}, "record.auto", [](const auto&) {
           }});
  note_returned(who);
}

void room_recording::note_returned(const peer_id& who) {
  asked_.erase(who);
  if (info() && info()->asks)
    room_.self->send(caf::actor_cast<room_actor>(room_.self),
                     ask_for_consent{});
}

void room_recording::note_renamed(const peer_id& who) {
  if (own_)
    room_.self->send(own_->actor,
                     recorded_peer_joined{who, room_.name_of(who)});
}

void room_recording::note_left(const peer_id& who) {
  accepted_.erase(who);
  asked_.erase(who);
  if (own_)
    room_.self->send(own_->actor, recorded_peer_left{who});
}

void room_recording::note_event(const protocol::any_event& x) {
  if (!own_)
    return;
  if (const auto* speaker = std::get_if<event::active_speaker>(&x))
    room_.self->send(own_->actor, recorded_speaker_changed{
                                      speaker->peer.value_or(peer_id{})});
}

} // namespace troupe::actors
