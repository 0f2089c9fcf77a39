#include "actors/peer/peer_actor.hpp"

#include "actors/peer/peer_state.hpp"

namespace troupe::actors {

peer_actor::behavior_type peer_state::make_behavior(const peer_config& cfg) {
  const auto& limits = cfg.services->settings.room;
  media.set_limits(limits.max_producers_per_peer,
                   limits.max_consumers_per_peer);
  data.set_limits(limits.max_data_producers_per_peer,
                  limits.max_data_consumers_per_peer);
  peer.begin(cfg);
  membership.begin(cfg);
  peer.self->set_error_handler([](caf::error&) {});
  peer.self->set_down_handler(
      [this](const caf::down_msg& down) { handle_down(down); });
  return {
      [this](const close_peer& x) {
        if (!membership.of_former_session())
          close_all(x.why);
      },
      [this](const dismiss_peer& x) { handle_dismissal(x); },
      [this](adopt_session& x) { membership.adopt(x); },
      [this](const mute_peer& x) { streams.producers.mute(x); },
      [this](notify_peer& x) { peer.notify_session(std::move(x.what)); },
      [this](const get_peer_stats&) { return stats.collect(); },
      [this](const explain_consumer& x) {
        return streams.consumers.explain(x.consumer);
      },
      [this](const consumer_ended& x) { streams.consumers.handle_end(x); },
      [this](const consumer_producer_paused& x) {
        streams.consumers.notify(x);
      },
      [this](const consumer_score_changed& x) {
        peer.notify_session(event::consumer_score{x.consumer, x.scores});
      },
      [this](const consumer_layers_changed& x) { streams.consumers.notify(x); },
      [this](producer_rated& x) {
        peer.notify_session(
            event::producer_score{x.producer, std::move(x.encodings)});
      },
      [this](const event::producer_layers_wanted& x) {
        streams.producers.note_wanted(x);
      },
      [this](const transport_in_use& x) { transports.handle_use(x); },
      [this](const transport_leaving& x) { handle_leaving(x); },
      [this](const transport_connected& x) { transports.note_connected(x.by); },
      [this](const session_lost& x) { membership.handle_session_lost(x); },
      [this](const data_consumer_over& x) {
        streams.data_consumers.handle_end(x);
      },
      [this](const data_source_paused& x) { streams.data_consumers.notify(x); },
      [this](const data_consumer_low& x) {
        peer.notify_session(
            event::data_consumer_buffered_low{x.consumer, x.octets});
      },
      on<verb::produce_data>(
          [this](auto& x) { return streams.data_producers.produce(x); }),
      on<verb::consume_data>(
          [this](auto& x) { return streams.data_consumers.consume(x); }),
      on<verb::pause_data_producer>([this](auto& x) {
        return streams.data_producers.set_paused(x.data_producer, true);
      }),
      on<verb::resume_data_producer>([this](auto& x) {
        return streams.data_producers.set_paused(x.data_producer, false);
      }),
      on<verb::close_data_producer>([this](auto& x) {
        return streams.data_producers.close(x.data_producer);
      }),
      on<verb::pause_data_consumer>([this](auto& x) {
        return streams.data_consumers.set_paused(x.data_consumer, true);
      }),
      on<verb::resume_data_consumer>([this](auto& x) {
        return streams.data_consumers.set_paused(x.data_consumer, false);
      }),
      on<verb::close_data_consumer>([this](auto& x) {
        return streams.data_consumers.close(x.data_consumer);
      }),
      on<verb::set_data_subchannels>(
          [this](auto& x) { return streams.data_consumers.subscribe(x); }),
      on<verb::add_data_subchannel>(
          [this](auto& x) { return streams.data_consumers.subscribe(x); }),
      on<verb::remove_data_subchannel>(
          [this](auto& x) { return streams.data_consumers.subscribe(x); }),
      on<verb::set_data_low_threshold>(
          [this](auto& x) { return streams.data_consumers.watch(x); }),
      on<verb::get_data_buffered>(
          [this](auto& x) { return streams.data_consumers.get_buffered(x); }),
      on<verb::list_data_producers>(
          [this](auto&) { return streams.data_consumers.list_producers(); }),
      on<verb::get_chat_history>(
          [this](auto&) { return streams.data_consumers.chat_history(); }),
      on<verb::join>([this](auto& x) { return membership.join(x); }),
      on<verb::announce>([this](auto& x) { return membership.announce(x); }),
      on<verb::set_display_name>(
          [this](auto& x) { return membership.set_name(x); }),
      on<verb::create_transport>(
          [this](auto& x) { return transports.create(x); }),
      on<verb::connect_transport>(
          [this](auto& x) { return transports.connect(x); }),
      on<verb::restart_ice>(
          [this](auto& x) { return transports.restart_ice(x); }),
      on<verb::produce>(
          [this](auto& x) { return streams.producers.produce(x); }),
      on<verb::consume>(
          [this](auto& x) { return streams.requests.consume(x); }),
      on<verb::pause_producer>([this](auto& x) {
        return streams.producers.set_paused(x.producer, true);
      }),
      on<verb::resume_producer>([this](auto& x) {
        return streams.producers.set_paused(x.producer, false);
      }),
      on<verb::close_producer>(
          [this](auto& x) { return streams.producers.close(x.producer); }),
      on<verb::pause_consumer>([this](auto& x) {
        return streams.consumers.set_paused(x.consumer, true);
      }),
      on<verb::resume_consumer>([this](auto& x) {
        return streams.consumers.set_paused(x.consumer, false);
      }),
      on<verb::close_consumer>(
          [this](auto& x) { return streams.consumers.close(x.consumer); }),
      on<verb::set_preferred_layers>(
          [this](auto& x) { return streams.consumers.set_layers(x); }),
      on<verb::set_priority>(
          [this](auto& x) { return streams.consumers.set_priority(x); }),
      on<verb::request_key_frame>([this](auto& x) {
        return streams.consumers.request_key_frame(x.consumer);
      }),
      on<verb::list_producers>(
          [this](auto&) { return streams.requests.list_producers(); }),
      on<verb::get_stats>([this](auto& x) { return stats.get(x.id); }),
      on<verb::kick>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::mute>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::mute_all>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::ask_to_unmute>(
          [this](auto& x) { return membership.moderate({x}); }),
      on<verb::make_host>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::lock_room>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::set_lobby>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::let_in>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::turn_away>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::message_lobby>(
          [this](auto& x) { return membership.moderate({x}); }),
      on<verb::end_room>([this](auto& x) { return membership.moderate({x}); }),
      on<verb::start_recording>([this](auto& x) { return membership.pass(x); }),
      on<verb::stop_recording>([this](auto& x) { return membership.pass(x); }),
      on<verb::get_recording>([this](auto& x) { return membership.pass(x); }),
      on<verb::list_recordings>([this](auto& x) { return membership.pass(x); }),
      on<verb::consent_to_recording>(
          [this](auto& x) { return membership.pass(x); }),
  };
}

void peer_state::handle_dismissal(const dismiss_peer& x) {
  if (x.why == protocol::end_reason::kicked)
    peer.notify_session(event::kicked{peer.room_name, x.by});
  else if (x.why == protocol::end_reason::room_closed)
    peer.notify_session(event::room_closed{peer.room_name, x.by});
  if (peer.session)
    peer.self->send(peer.session, session_ended{x.why});
  close_all(x.why == protocol::end_reason::transport_ended
                ? leave_reason::connection_lost
                : leave_reason::left);
}

void peer_state::handle_leaving(const transport_leaving& x) {
  if (auto* record = transport_records.find(x.transport))
    record->leaving = x.leaving;
  // What it carries may be consumed again, on another transport.
  if (x.leaving)
    media.restart_search();
}

void peer_state::close_all(leave_reason why) {
  if (peer.room)
    peer.self->send(peer.room, leave_room{why});
  auto send_all = [this](const auto& records, auto command) {
    for (const auto& x : records)
      peer.self->send(x.actor, command);
  };
  send_all(transport_records, actors::close_transport{});
  send_all(media.producers(), actors::close_producer{});
  send_all(media.consumers(), control_stream{actors::close_consumer{}});
  send_all(data.producers(), close_data{});
  send_all(data.consumers(), close_data{});
  peer.self->quit();
}

void peer_state::handle_down(const caf::down_msg& down) {
  // A session that ends closes its peer, unless it does not know it yet: then
  // its connection was lost while the user came back.
  if (peer.session && peer.room && down.source == peer.session.address())
    return membership.handle_disconnect();
  if (down.source
      == (peer.session ? peer.session.address() : peer.room.address()))
    return close_all(leave_reason::failed);
  if (!transports.handle_down(down.source)
      && !streams.producers.handle_down(down.source))
    streams.data_producers.handle_down(down.source);
}

peer_actor spawn_peer(caf::actor_system& system, peer_config settings) {
  return system.spawn([cfg = std::move(settings)](peer_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
