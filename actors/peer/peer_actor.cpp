#include "actors/peer/peer_actor.hpp"

#include "actors/base/log.hpp"
#include "actors/peer/peer_state.hpp"
#include "net/dtls/digest.hpp"

namespace troupe::actors {

namespace {

// How many data producers are remembered after their channels closed.
constexpr size_t max_closed_data_producers = 64;

} // namespace

peer_actor::behavior_type peer_state::make_behavior(const peer_config& cfg) {
  signaled_at = cfg.signaled_at;
  services = cfg.services;
  gate = cfg.gate;
  session = cfg.session;
  joiner = self->id();
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
      [this](const dismiss_peer& x) { handle_dismissal(x.why); },
      [this](adopt_session& x) { adopt(x); },
      [this](const mute_peer& x) { handle_mute(x.kind); },
      [this](const get_peer_stats&) { return collect_stats(); },
      [this](const explain_consumer& x) { return explain(x.consumer); },
      [this](const consumer_ended& x) {
        if (!find_record(consumers, x.consumer))
          return;
        forget_consumer(x.consumer, true);
        notify_session(event::consumer_closed{x.consumer, x.producer});
      },
      [this](const consumer_producer_paused& x) {
        if (x.paused)
          notify_session(event::consumer_paused{x.consumer});
        else
          notify_session(event::consumer_resumed{x.consumer});
      },
      [this](const consumer_score_changed& x) {
        notify_session(event::consumer_score{x.consumer, x.scores});
      },
      [this](const consumer_layers_changed& x) {
        event::consumer_layers_changed changed{x.consumer, {}, {}};
        if (x.layers) {
          changed.spatial_layer = x.layers->spatial;
          changed.temporal_layer = x.layers->temporal;
        }
        notify_session(changed);
      },
      [this](producer_rated& x) {
        notify_session(
            event::producer_score{x.producer, std::move(x.encodings)});
      },
      [this](const event::producer_layers_wanted& x) {
        if (auto* record = find_record(producers, x.producer))
          record->wanted = x;
        notify_session(x);
      },
      [this](const transport_in_use& x) { note_use(x); },
      [this](const transport_leaving& x) {
        if (auto* entry = find_transport(x.transport))
          entry->leaving = x.leaving;
        // What it carries may be consumed again, on another transport.
        if (x.leaving)
          cursor.restart();
      },
      [this](const session_lost& x) {
        if (session && x.joiner == joiner)
          handle_disconnect();
      },
      [this](const data_consumer_over& x) { end_data_consumer(x); },
      [this](const data_source_paused& x) {
        if (x.paused)
          notify_session(event::data_consumer_paused{x.consumer});
        else
          notify_session(event::data_consumer_resumed{x.consumer});
      },
      [this](const data_consumer_low& x) {
        notify_session(event::data_consumer_buffered_low{x.consumer, x.octets});
      },
      on<verb::produce_data>([this](auto& x) { return produce_data(x); }),
      on<verb::consume_data>([this](auto& x) { return consume_data(x); }),
      on<verb::pause_data_producer>(
          [this](auto& x) { return set_paused(x.data_producer, true); }),
      on<verb::resume_data_producer>(
          [this](auto& x) { return set_paused(x.data_producer, false); }),
      on<verb::close_data_producer>(
          [this](auto& x) { return close(x.data_producer); }),
      on<verb::pause_data_consumer>(
          [this](auto& x) { return set_paused(x.data_consumer, true); }),
      on<verb::resume_data_consumer>(
          [this](auto& x) { return set_paused(x.data_consumer, false); }),
      on<verb::close_data_consumer>(
          [this](auto& x) { return close(x.data_consumer); }),
      on<verb::set_data_subchannels>([this](auto& x) { return subscribe(x); }),
      on<verb::add_data_subchannel>([this](auto& x) { return subscribe(x); }),
      on<verb::remove_data_subchannel>(
          [this](auto& x) { return subscribe(x); }),
      on<verb::set_data_low_threshold>([this](auto& x) { return watch(x); }),
      on<verb::get_data_buffered>([this](auto& x) { return get_buffered(x); }),
      on<verb::list_data_producers>(
          [this](auto&) { return list_data_producers(); }),
      on<verb::join>([this](auto& x) { return join(x); }),
      on<verb::announce>([this](auto& x) { return announce(x); }),
      on<verb::set_display_name>([this](auto& x) { return set_name(x); }),
      on<verb::create_transport>(
          [this](auto& x) { return create_transport(x); }),
      on<verb::connect_transport>(
          [this](auto& x) { return connect_transport(x); }),
      on<verb::restart_ice>([this](auto& x) { return restart_ice(x); }),
      on<verb::produce>([this](auto& x) { return produce(x); }),
      on<verb::consume>([this](auto& x) { return consume(x); }),
      on<verb::pause_producer>(
          [this](auto& x) { return set_paused(x.producer, true); }),
      on<verb::resume_producer>(
          [this](auto& x) { return set_paused(x.producer, false); }),
      on<verb::close_producer>([this](auto& x) { return close(x.producer); }),
      on<verb::pause_consumer>([this](auto& x) {
        return send_to_consumers(x.consumer, actors::pause_consumer{});
      }),
      on<verb::resume_consumer>([this](auto& x) {
        return send_to_consumers(x.consumer, actors::resume_consumer{});
      }),
      on<verb::close_consumer>([this](auto& x) { return close(x.consumer); }),
      on<verb::set_preferred_layers>(
          [this](auto& x) { return send_to_consumer(x.consumer, x); }),
      on<verb::set_priority>([this](auto& x) { return set_priority(x); }),
      on<verb::request_key_frame>([this](auto& x) {
        return send_to_consumer(x.consumer, actors::request_key_frame{});
      }),
      on<verb::list_producers>([this](auto&) { return list_producers(); }),
      on<verb::get_stats>([this](auto& x) { return get_stats(x.id); }),
      on<verb::kick>([this](auto& x) { return moderate(x); }),
      on<verb::mute>([this](auto& x) { return moderate(x); }),
      on<verb::lock_room>([this](auto& x) { return moderate(x); }),
      on<verb::end_room>([this](auto& x) { return moderate(x); }),
  };
}

caf::result<reply::joined> peer_state::join(verb::join& x) {
  if (!x.derived && net::is_derived_id(x.peer.str()))
    return to_caf({error_code::forbidden,
                   "Ids of this form are reserved for the server"});
  if (room && x.renames)
    return identify(x);
  if (room)
    return refuse(error_code::already_joined);
  auto promise = self->make_response_promise<reply::joined>();
  id = x.peer;
  room_name = x.room;
  capabilities = std::move(x.capabilities);
  rights = x.rights;
  hidden = x.hidden;
  self->request(gate, time_left(),
                join_room{x.room,
                          {x.peer, x.name, true, true, x.device},
                          caf::actor_cast<peer_handle>(self),
                          session,
                          x.named_by_client,
                          x.derived,
                          x.must_exist,
                          deadline,
                          x.hidden,
                          x.rights,
                          capabilities,
                          signaled_at,
                          std::move(x.rejoin_secret),
                          x.vouched})
      .then(
          [this, promise, limit = deadline](room_joined& entered) mutable {
            if (late(limit)) {
              undo_join(entered);
              promise.deliver(too_late());
              return;
            }
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
            speech = std::move(entered.speech);
            quotas = std::move(entered.quotas);
            loudest = std::move(entered.loudest);
            promise.deliver(std::move(entered.joined));
          },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

caf::result<reply::joined> peer_state::identify(verb::join& x) {
  auto promise = self->make_response_promise<reply::joined>();
  self->request(room, time_left(),
                identify_member{deadline,
                                {x.peer, x.name, true, true, x.device},
                                x.named_by_client,
                                x.derived,
                                std::move(x.rejoin_secret),
                                x.vouched})
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
  self->request(room, time_left(),
                announce_member{deadline, {id, x.name, true, true, x.device}})
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
  self->send(room, rename_member{std::move(x.name)});
  return reply::ok{};
}

template <class Verb>
caf::result<reply::ok> peer_state::moderate(const Verb& x) {
  if (hidden)
    return refuse(error_code::not_joined);
  auto promise = self->make_response_promise<reply::ok>();
  self->request(room, time_left(), moderate_room{x})
      .then(
          [promise](const done&) mutable { promise.deliver(reply::ok{}); },
          [promise](caf::error& failure) mutable { promise.deliver(failure); });
  return promise;
}

void peer_state::handle_dismissal(protocol::end_reason why) {
  if (why == protocol::end_reason::kicked)
    notify_session(event::kicked{room_name});
  else if (why == protocol::end_reason::room_closed)
    notify_session(event::room_closed{room_name});
  if (session)
    self->send(session, session_ended{why});
  close_all();
}

bool peer_state::of_former_session() const {
  const auto& sender = self->current_sender();
  return sender && sender->address() != room.address()
         && !(session && sender->address() == session.address());
}

void peer_state::handle_disconnect() {
  session = nullptr;
  overseer.begin(self, room); // the room now ends this peer
  self->send(room, member_lost{joiner});
}

void peer_state::undo_join(const room_joined& entered) {
  if (entered.former)
    self->send(caf::actor_cast<peer_actor>(entered.former),
               session_lost{self->id()});
  else
    self->send(entered.room, leave_room{});
}

void peer_state::adopt(adopt_session& x) {
  session = x.session;
  joiner = x.joiner;
  overseer.begin(self, session);
  signaled_at = x.signaled_at;
  if (x.capabilities)
    capabilities = std::move(x.capabilities);
  rights = x.rights;
  hidden = x.hidden;
  resumed = true;
}

void peer_state::handle_mute(std::optional<protocol::media_kind> kind) {
  for (const auto& x : producers)
    if (!x.paused && (!kind || x.kind == *kind)) {
      set_paused(x.id, true);
      notify_session(event::producer_paused{x.id, id});
    }
}

void peer_state::close_all() {
  if (room)
    self->send(room, leave_room{});
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
  // A session that ends closes its peer, unless it does not know it yet: then
  // its connection was lost while the user came back.
  if (session && room && down.source == session.address())
    return handle_disconnect();
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
    if (closed_data_producers.size() == max_closed_data_producers)
      closed_data_producers.pop_front();
    closed_data_producers.push_back(std::move(gone));
  }
}

void peer_state::notify_session(protocol::any_event x) {
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
