#include "actors/peer_actor.hpp"

#include "actors/log.hpp"
#include "actors/peer_state.hpp"
#include "net/dtls/digest.hpp"

namespace troupe::actors {

namespace {

// Data producers that are remembered after their channels.
constexpr size_t max_hung_up = 64;

} // namespace

peer_actor::behavior_type peer_state::make_behavior(const peer_config& cfg) {
  signaled_at = cfg.signaled_at;
  services = cfg.services;
  gate = cfg.gate;
  session = cfg.session;
  overseer.begin(self, session);
  random = net::make_secure_rng();
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler(
      [this](const caf::down_msg& down) { handle_down(down); });
  return {
      [this](const close_peer&) {
        if (!of_former_session())
          close_all();
      },
      [this](const dismiss_peer& x) { be_dismissed(x.why); },
      [this](adopt_session& x) { adopt(x); },
      [this](const mute_peer& x) { be_muted(x.kind); },
      [this](const get_peer_stats&) { return collect_stats(); },
      [this](const explain_consumer& x) { return explain(x.consumer); },
      [this](const consumer_ended& x) {
        if (!find_record(consumers, x.consumer))
          return;
        forget_consumer(x.consumer);
        tell_session(event::consumer_closed{x.consumer, x.producer});
      },
      [this](const consumer_producer_paused& x) {
        if (x.paused)
          tell_session(event::consumer_paused{x.consumer});
        else
          tell_session(event::consumer_resumed{x.consumer});
      },
      [this](const consumer_score_changed& x) {
        tell_session(event::consumer_score{x.consumer, x.scores});
      },
      [this](const consumer_layers_changed& x) {
        event::consumer_layers_changed told{x.consumer, {}, {}};
        if (x.layers) {
          told.spatial_layer = x.layers->spatial;
          told.temporal_layer = x.layers->temporal;
        }
        tell_session(told);
      },
      [this](producer_rated& x) {
        tell_session(event::producer_score{x.producer, std::move(x.encodings)});
      },
      [this](const producer_layers_wanted& x) {
        if (auto* record = find_record(producers, x.producer))
          record->wanted.emplace(x.highest);
        tell_session(event::producer_layers_wanted{x.producer, x.highest});
      },
      [this](const transport_in_use& x) { note_use(x); },
      [this](const transport_leaving& x) {
        if (auto* entry = find_transport(x.transport))
          entry->leaving = x.leaving;
      },
      [this](const session_lost&) {
        if (!of_former_session())
          be_lost();
      },
      [this](const data_consumer_over& x) { end_data_consumer(x); },
      [this](const data_source_paused& x) {
        if (x.paused)
          tell_session(event::data_consumer_paused{x.consumer});
        else
          tell_session(event::data_consumer_resumed{x.consumer});
      },
      [this](const data_consumer_low& x) {
        tell_session(event::data_consumer_buffered_low{x.consumer, x.octets});
      },
      [this](verb::produce_data& x) { return produce_data(x); },
      [this](const verb::consume_data& x) { return consume_data(x); },
      [this](const verb::pause_data_producer& x) {
        return set_paused(x.data_producer, true);
      },
      [this](const verb::resume_data_producer& x) {
        return set_paused(x.data_producer, false);
      },
      [this](const verb::close_data_producer& x) {
        return close(x.data_producer);
      },
      [this](const verb::pause_data_consumer& x) {
        return set_paused(x.data_consumer, true);
      },
      [this](const verb::resume_data_consumer& x) {
        return set_paused(x.data_consumer, false);
      },
      [this](const verb::close_data_consumer& x) {
        return close(x.data_consumer);
      },
      [this](verb::set_data_subchannels& x) { return subscribe(x); },
      [this](const verb::add_data_subchannel& x) { return subscribe(x); },
      [this](const verb::remove_data_subchannel& x) { return subscribe(x); },
      [this](const verb::set_data_low_threshold& x) { return watch(x); },
      [this](const verb::get_data_buffered& x) { return get_buffered(x); },
      [this](const verb::list_data_producers&) {
        return list_data_producers();
      },
      [this](verb::join& x) { return join(x); },
      [this](verb::announce& x) { return announce(x); },
      [this](verb::set_display_name& x) { return set_name(x); },
      [this](const verb::create_transport& x) { return create_transport(x); },
      [this](const verb::connect_transport& x) { return connect_transport(x); },
      [this](const verb::restart_ice& x) { return restart_ice(x); },
      [this](verb::produce& x) { return produce(x); },
      [this](const verb::consume& x) { return consume(x); },
      [this](const verb::pause_producer& x) {
        return set_paused(x.producer, true);
      },
      [this](const verb::resume_producer& x) {
        return set_paused(x.producer, false);
      },
      [this](const verb::close_producer& x) { return close(x.producer); },
      [this](const verb::pause_consumer& x) {
        return tell_consumers(x.consumer, actors::pause_consumer{});
      },
      [this](const verb::resume_consumer& x) {
        return tell_consumers(x.consumer, actors::resume_consumer{});
      },
      [this](const verb::close_consumer& x) { return close(x.consumer); },
      [this](const verb::set_preferred_layers& x) {
        return tell_consumer(
            x.consumer, set_consumer_layers{x.spatial_layer, x.temporal_layer});
      },
      [this](const verb::set_consumer_priority& x) { return set_priority(x); },
      [this](const verb::request_key_frame& x) {
        return tell_consumer(x.consumer, actors::request_key_frame{});
      },
      [this](const verb::list_producers&) { return list_producers(); },
      [this](const verb::get_stats& x) { return get_stats(x.id); },
      [this](const verb::kick& x) { return moderate(x); },
      [this](const verb::mute& x) { return moderate(x); },
      [this](const verb::lock_room& x) { return moderate(x); },
      [this](const verb::end_room& x) { return moderate(x); },
  };
}

caf::result<reply::joined> peer_state::join(verb::join& x) {
  if (!x.derived && net::is_derived_id(x.peer.str()))
    return to_caf(
        {error_code::forbidden, "Only the server gives ids of this form"});
  if (room && x.renames)
    return go_on_as(x);
  if (room)
    return refuse(error_code::already_joined);
  auto promise = self->make_response_promise<reply::joined>();
  id = x.peer;
  room_name = x.room;
  capabilities = std::move(x.capabilities);
  rights = x.rights;
  hidden = x.hidden;
  self->request(gate, timeout(),
                join_room{x.room,
                          {x.peer, x.name, true, true, x.device},
                          caf::actor_cast<peer_handle>(self),
                          session,
                          x.named_by_client,
                          x.derived,
                          x.must_exist,
                          x.hidden,
                          x.rights,
                          capabilities,
                          signaled_at})
      .then(
          [this, promise](room_joined& entered) mutable {
            if (entered.former) {
              self->send(session,
                         peer_resumed{caf::actor_cast<caf::strong_actor_ptr>(
                             entered.former)});
              promise.deliver(std::move(entered.joined));
              self->quit();
              return;
            }
            room = entered.room;
            shard = entered.shard;
            voice = std::move(entered.voice);
            quotas = std::move(entered.quotas);
            floor = std::move(entered.floor);
            promise.deliver(std::move(entered.joined));
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

caf::result<reply::joined> peer_state::go_on_as(verb::join& x) {
  auto promise = self->make_response_promise<reply::joined>();
  self->request(room, timeout(),
                identify_member{id,
                                {x.peer, x.name, true, true, x.device},
                                x.named_by_client,
                                x.derived})
      .then(
          [=, this,
           wanted = std::move(x.capabilities)](reply::joined& known) mutable {
            id = known.peer;
            if (wanted)
              capabilities = std::move(wanted);
            promise.deliver(std::move(known));
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

caf::result<reply::joined> peer_state::announce(verb::announce& x) {
  if (!hidden)
    return refuse(error_code::already_joined);
  auto promise = self->make_response_promise<reply::joined>();
  self->request(room, timeout(),
                announce_member{{id, x.name, true, true, x.device}})
      .then(
          [=, this,
           wanted = std::move(x.capabilities)](reply::joined& shown) mutable {
            hidden = false;
            if (wanted)
              capabilities = std::move(wanted);
            promise.deliver(std::move(shown));
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

caf::result<reply::ok> peer_state::set_name(verb::set_display_name& x) {
  if (hidden)
    return refuse(error_code::not_joined);
  self->send(room, rename_member{id, std::move(x.name)});
  return reply::ok{};
}

template <class Verb>
caf::result<reply::ok> peer_state::moderate(const Verb& x) {
  if (hidden)
    return refuse(error_code::not_joined);
  auto promise = self->make_response_promise<reply::ok>();
  self->request(room, timeout(), moderate_room{id, x})
      .then(
          [promise](const done&) mutable { promise.deliver(reply::ok{}); },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

void peer_state::be_dismissed(protocol::end_reason why) {
  if (why == protocol::end_reason::kicked)
    tell_session(event::kicked{room_name});
  else if (why == protocol::end_reason::room_closed)
    tell_session(event::room_closed{room_name});
  if (session)
    self->send(session, session_ended{why});
  close_all();
}

bool peer_state::of_former_session() const {
  const auto& sender = self->current_sender();
  return sender && sender->address() != room.address()
         && !(session && sender->address() == session.address());
}

void peer_state::be_lost() {
  session = nullptr;
  overseer.begin(self, room); // which is who ends us now
  self->send(room, member_lost{id});
}

void peer_state::adopt(adopt_session& x) {
  session = x.session;
  overseer.begin(self, session);
  signaled_at = x.signaled_at;
  if (x.capabilities)
    capabilities = std::move(x.capabilities);
  rights = x.rights;
  hidden = x.hidden;
  resumed = true;
}

void peer_state::be_muted(std::optional<protocol::media_kind> kind) {
  for (const auto& x : producers)
    if (!x.paused && (!kind || x.kind == *kind)) {
      set_paused(x.id, true);
      tell_session(event::producer_paused{x.id, id});
    }
}

void peer_state::close_all() {
  if (room)
    self->send(room, leave_room{id});
  for (const auto& x : transports)
    self->send(x.actor, actors::close_transport{});
  for (const auto& x : producers)
    self->send(x.actor, actors::close_producer{});
  for (const auto& x : consumers)
    self->send(x.actor, actors::close_consumer{});
  for (const auto& x : data_producers)
    self->send(x.actor, close_data{});
  for (const auto& x : data_consumers)
    self->send(x.actor, close_data{});
  self->quit();
}

void peer_state::handle_down(const caf::down_msg& down) {
  if (down.source == (session ? session.address() : room.address()))
    return close_all();
  auto ended = [&](const auto& x) {
    return x.actor.address() == down.source;
  };
  if (auto i = std::ranges::find_if(transports, ended); i != transports.end())
    return forget_transport(transport_id{i->id});
  if (auto i = std::ranges::find_if(producers, ended); i != producers.end()) {
    auto gone = i->id;
    forget_producer(gone);
    self->send(room, producer_withdrawn{gone});
    return;
  }
  // Its client has closed the channel.
  if (auto i = std::ranges::find_if(data_producers, ended);
      i != data_producers.end()) {
    auto gone = i->id;
    forget_data_producer(gone);
    self->send(room, data_producer_withdrawn{gone});
    if (hung_up.size() == max_hung_up)
      hung_up.pop_front();
    hung_up.push_back(std::move(gone));
  }
}

void peer_state::tell_session(protocol::any_event x) {
  if (!session)
    return;
  self->send(session, session_event{std::make_shared<const protocol::any_event>(
                          std::move(x))});
}

peer_actor spawn_peer(caf::actor_system& system, peer_config settings) {
  return system.spawn([cfg = std::move(settings)](peer_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
