// The media producers of a room, and who speaks by them.

#include "actors/base/caf_error.hpp"
#include "actors/room/room_state.hpp"

namespace troupe::actors {

bool room_state::sender_owns(const producer_id& which) const {
  const auto* facts = people.find(which);
  const auto* who = sender();
  return facts && who && facts->info.peer == *who;
}

caf::result<producer_entry> room_state::find(const find_producer& x) {
  const auto* who = sender();
  if (!who)
    return to_caf(protocol::make_error(error_code::not_joined));
  audience.catch_up(self, *who);
  const auto* found = x.producer ? people.find(*x.producer)
                                 : people.next_for(*who, x.after, x.except);
  if (!found && !x.producer && x.own_if_alone && people.size() == 1)
    found = people.next_own(*who, x.except);
  if (found && replica.is_remote(found->info.peer))
    return trunks.relay(*found);
  if (found)
    return producer_entry{*found, handles.at(found->info.id)};
  return to_caf(protocol::make_error(x.producer ? error_code::producer_not_found
                                                : error_code::no_producer));
}

void room_state::publish(producer_published& x) {
  const auto* who = sender();
  if (!who)
    return;
  auto& facts = x.entry.facts;
  facts.info.peer = *who;
  auto info = facts.info;
  if (!people.publish(std::move(facts)))
    return;
  replica.note_producer(*people.find(info.id));
  handles.insert_or_assign(info.id, std::move(x.entry.handles));
  recording.note_published(*people.find(info.id));
  forwards.note_published(*people.find(info.id));
  webhooks.note_published(info);
  audience.notify_others(event::producer_added{std::move(info)}, *who);
  note_seen(*who);
  notify_update(*who);
  keep_sampling();
}

void room_state::withdraw(const producer_id& gone) {
  handles.erase(gone);
  replica.remove_producer(gone);
  if (auto info = people.withdraw(gone)) {
    webhooks.note_withdrawn(*info);
    audience.notify_others(event::producer_closed{info->id, info->peer},
                           info->peer);
    note_seen(info->peer);
    notify_update(info->peer);
  }
  forwards.note_withdrawn(gone);
}

void room_state::set_paused(const producer_pause_changed& x) {
  auto info = people.set_paused(x.producer, x.paused);
  if (!info)
    return;
  replica.note_producer(*people.find(x.producer));
  if (x.paused)
    audience.notify_others(event::producer_paused{info->id, info->peer, x.by},
                           info->peer);
  else
    audience.notify_others(event::producer_resumed{info->id, info->peer},
                           info->peer);
  note_seen(info->peer);
  notify_update(info->peer);
  keep_sampling();
}

void room_state::note_seen(const peer_id& who) {
  speech.set_seen(who, people.visible(who));
}

void room_state::sample_speech() {
  speech.handle_sample(self->clock().now(), [this](const peer_id& who) {
    return people.audible(who);
  });
  while (auto changed = speech.poll_event()) {
    recording.note_event(*changed);
    audience.notify_all(std::move(*changed), {});
  }
  replica.note_voices();
  keep_sampling();
}

void room_state::keep_sampling() {
  if (speech.begin_interval(people.audible()))
    self->delayed_send(self, room_speech::interval, speech_tick{});
}

} // namespace troupe::actors
