#include "actors/base/caf_error.hpp"
#include "actors/base/log.hpp"
#include "actors/base/mailbox_length.hpp"
#include "actors/room/room_state.hpp"
#include "protocol/ortc/ortc.hpp"

namespace troupe::actors {

namespace {

/// Small rooms need only one message per batch; large ones spread over all
/// cores in pieces of some tenths of a millisecond.
constexpr size_t members_per_shard = 32;

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

room_actor::behavior_type room_state::make_behavior() {
  self->set_down_handler(
      [this](const caf::down_msg& down) { handle_down(down); });
  self->set_error_handler([](caf::error&) {});
  listener_monitor.begin(self, listener);
  return {
      [this](const find_producer& x) { return find(x); },
      [this](const list_room_producers&) -> caf::result<reply::producers> {
        const auto* who = sender();
        if (!who)
          return to_caf(protocol::make_error(error_code::not_joined));
        audience.catch_up(self, *who);
        return reply::producers{people.others(*who)};
      },
      [this](const find_data_producer& x) { return find(x); },
      [this](const list_room_data_producers&) { return list_data(); },
      [this](data_producer_published& x) {
        publish(x);
        drain();
      },
      [this](const data_producer_withdrawn& x) {
        if (sender_owns(x.producer))
          withdraw(x.producer);
        std::erase_if(server.bots, [&](const auto& bot) {
          return bot.producer == x.producer;
        });
        drain();
      },
      [this](const data_producer_pause_changed& x) {
        if (sender_owns(x.producer))
          data.set_paused(x.producer, x.paused);
      },
      [this](producer_published& x) {
        publish(x);
        drain();
      },
      [this](const producer_withdrawn& x) {
        if (sender_owns(x.producer))
          withdraw(x.producer);
        drain();
      },
      [this](const producer_pause_changed& x) {
        if (sender_owns(x.producer))
          set_paused(x.producer, x.paused);
        drain();
      },
      [this](const member_lost& x) {
        if (const auto* who = sender())
          lose(*who, x.joiner);
      },
      [this](const member_renewed&) {
        if (const auto* who = sender())
          renew(*who);
        drain();
      },
      [this](const leave_room&) {
        if (const auto* who = sender())
          leave(peer_id{*who});
        drain();
      },
      [this](announce_member& x) { return announce(x); },
      [this](identify_member& x) {
        auto answer = identify(x);
        drain();
        return answer;
      },
      [this](rename_member& x) {
        rename(x);
        drain();
      },
      [this](const moderate_room& x) {
        auto answer = moderate(x);
        drain();
        return answer;
      },
      [this](join_room& x) {
        auto answer = join(x);
        // The join failed and no member is left to leave: notify the server.
        if (members.empty())
          report_empty(empty_reason::no_member);
        drain();
        return answer;
      },
      [this](const close_room&) {
        if (members.empty())
          self->quit();
      },
      [this](const announce_drain& x) {
        audience.notify_all(
            event::server_draining{static_cast<int>(x.limit.count())}, {});
        drain();
      },
      [this](const get_room_report&) {
        auto out = make_report(id, people, rules, members, handles, data);
        for (const auto& [label, x] : server.by_label)
          if (const auto* open = data.find(x.id))
            out.data_producers.push_back(open->info);
        return out;
      },
      [this](const administer_room& x) { return administer(x); },
      [this](send_to_room& x) { return send_message(x); },
      [this](const server_channel_tick& x) { settle(x); },
      [this](const room_tick&) {
        audience.handle_tick(self->clock().now());
        drain();
      },
      [this](const grace_tick&) {
        end_graces();
        drain();
      },
      [this](const speech_tick&) {
        sample_speech();
        drain();
      },
  };
}

caf::result<room_joined> room_state::join(join_room& x) {
  ++joins;
  services.shards.load->counters().note_mailbox(mailbox_owner::room,
                                                mailbox_length(self));
  if (x.until.passed(self->clock().now()))
    return to_caf(protocol::make_error(error_code::internal));
  recognize(x);
  auto who = x.who.id;
  if (auto refused = refuse(x))
    return to_caf(*refused);
  if (members.contains(who))
    return rejoin(x);
  self->monitor(x.peer);
  auto shard_index = choose_shard();
  ++shards[shard_index].members;
  auto speech = ranking->add(self->clock().now());
  members.emplace(who, member{x.peer, x.session, speech, x.named_by_client,
                              x.derived, shard_index, presence::hidden,
                              x.rights.moderate, 0, make_claim()});
  members.at(who).joiner = x.peer->id();
  ids.emplace(x.peer->id(), who);
  ++admitted;
  loudest->set_members(members.size());
  speech->set_seen(false);
  log::event(log::level::info, "peer-joined",
             {{"room", id.str()},
              {"peer", who.str()},
              {"members", std::to_string(members.size())}});
  auto joined = x.hidden ? reply::joined{who, {}, {}, {}, self->id()}
                         : show(std::move(x.who));
  keep_consumable(joined.producers, people, x.capabilities);
  return room_joined{std::move(joined),
                     caf::actor_cast<room_directory_actor>(self),
                     shards[shard_index].actor,
                     std::move(speech),
                     quotas,
                     loudest};
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
  if (people.contains(who.id)) {
    audience.resume(who.id, x.session);
    if (people.revise(who))
      notify_update(who.id);
  } else {
    people.add(who);
    rules.add(who.id, x.moderates);
    audience.admit(*people.describe(who.id), x.session);
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
          members.at(to).claim.secret()};
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
  rules.change(who, x.rights.moderate);
  hand_over(x); // while `old` has its former session
  old.session = x.session;
  old.joiner = x.peer->id();
  log::event(log::level::info, "peer-returned",
             {{"room", id.str()}, {"peer", who.str()}});
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
          shards[old.shard].actor,
          old.speech,
          quotas,
          loudest,
          old.peer};
}

void room_state::rename(rename_member& x) {
  const auto* who = sender();
  if (!who || !people.rename(*who, std::move(x.name)))
    return;
  notify_update(*who);
  rename_to_bots(*who);
}

size_t room_state::choose_shard() {
  for (size_t i = 0; i < shards.size(); ++i)
    if (!shards[i].failed && shards[i].members < members_per_shard)
      return i;
  shards.push_back(
      {spawn_shard(self->system(), services.shards, ranking, self->address())});
  self->monitor(shards.back().actor);
  return shards.size() - 1;
}

void room_state::end_shard(size_t index) {
  log::event(
      log::level::error, "shard-failed",
      {{"room", id.str()}, {"members", std::to_string(shards[index].members)}});
  for (const auto& [who, x] : members)
    if (x.shard == index)
      self->send(x.peer, close_peer{});
  shards[index].failed = true;
}

void room_state::leave(const peer_id& who) {
  remove(who);
  if (members.empty())
    become_empty(empty_reason::no_member);
}

void room_state::become_empty(empty_reason why) {
  close_server_channels();
  rules.lock(false); // later clients find it as if it were new
  report_empty(why);
}

void room_state::report_empty(empty_reason why) {
  self->send(listener, room_emptied{id, joins, admitted, why});
}

void room_state::dismiss(const peer_id& who, protocol::end_reason why) {
  self->send(members.at(who).peer, dismiss_peer{why});
  leave(who);
}

void room_state::remove(const peer_id& who) {
  auto i = members.find(who);
  if (i == members.end())
    return;
  self->demonitor(i->second.peer.address());
  ids.erase(i->second.peer->id());
  graces.remove(i->second.loss);
  --shards[i->second.shard].members;
  ranking->remove(i->second.speech);
  auto known = i->second.presence != presence::hidden;
  members.erase(i);
  loudest->set_members(members.size());
  rules.remove(who);
  speakers.remove(who);
  for (const auto& gone : people.remove(who)) {
    handles.erase(gone);
    audience.notify_others(event::producer_closed{gone, who}, who);
  }
  remove_data_of(who);
  if (known)
    audience.notify_others(event::peer_left{who}, who);
  audience.remove(who);
  log::event(log::level::info, "peer-left",
             {{"room", id.str()},
              {"peer", who.str()},
              {"members", std::to_string(members.size())}});
}

const peer_id* room_state::sender() const {
  const auto& who = self->current_sender();
  auto i = who ? ids.find(who->id()) : ids.end();
  return i == ids.end() ? nullptr : &i->second;
}

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
  handles.insert_or_assign(info.id, std::move(x.entry.handles));
  audience.notify_others(event::producer_added{std::move(info)}, *who);
  note_seen(*who);
  notify_update(*who);
  keep_sampling();
}

void room_state::withdraw(const producer_id& gone) {
  handles.erase(gone);
  if (auto info = people.withdraw(gone)) {
    audience.notify_others(event::producer_closed{info->id, info->peer},
                           info->peer);
    note_seen(info->peer);
    notify_update(info->peer);
  }
}

void room_state::set_paused(const producer_id& which, bool paused) {
  auto info = people.set_paused(which, paused);
  if (!info)
    return;
  if (paused)
    audience.notify_others(event::producer_paused{info->id, info->peer},
                           info->peer);
  else
    audience.notify_others(event::producer_resumed{info->id, info->peer},
                           info->peer);
  note_seen(info->peer);
  notify_update(info->peer);
  keep_sampling();
}

void room_state::note_seen(const peer_id& who) {
  if (auto i = members.find(who); i != members.end())
    i->second.speech->set_seen(people.visible(who));
}

void room_state::sample_speech() {
  sampling = false;
  auto now = self->clock().now();
  std::vector<event::peer_volume> volumes;
  for (const auto& [who, x] : members)
    if (auto volume =
            x.speech->recent_volume(now, active_speaker_detector::interval);
        volume && people.audible(who))
      volumes.push_back({who, *volume});
  speakers.handle_sample(std::move(volumes));
  while (auto changed = speakers.poll_event())
    audience.notify_all(std::move(*changed), {});
  keep_sampling();
}

void room_state::keep_sampling() {
  if (sampling || (!people.audible() && speakers.idle()))
    return;
  sampling = true;
  self->delayed_send(self, active_speaker_detector::interval, speech_tick{});
}

void room_state::notify_update(const peer_id& who) {
  if (auto x = people.describe(who))
    audience.notify_all(event::peer_updated{std::move(*x)}, who);
}

void room_state::handle_down(const caf::down_msg& down) {
  if (down.source == listener.address()) {
    self->quit();
    return;
  }
  if (auto i = ids.find(down.source.id()); i != ids.end()) {
    leave(peer_id{i->second});
    drain();
    return;
  }
  // A shard ends before us by a fault only; its members receive nothing more.
  for (size_t i = 0; i < shards.size(); ++i)
    if (shards[i].actor.address() == down.source)
      end_shard(i);
}

room_actor spawn_room(caf::actor_system& system, room_id id,
                      room_services services, room_listener_actor listener) {
  return system.spawn([=](room_state::pointer self) {
    self->state.id = id;
    self->state.services = services;
    self->state.listener = listener;
    const auto& limits = self->state.services.limits;
    self->state.loudest = std::make_shared<loudest_speakers>(
        loudest_speakers_limits{limits.audio_top, limits.audio_top_above});
    self->state.quotas = {std::make_shared<quota>(limits.max_producers),
                          std::make_shared<quota>(limits.max_consumers),
                          std::make_shared<quota>(limits.max_data_producers),
                          std::make_shared<quota>(limits.max_data_consumers),
                          std::make_shared<quota>(limits.max_app_data)};
    return self->state.make_behavior();
  });
}

} // namespace troupe::actors
