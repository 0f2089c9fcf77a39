#include "actors/transport/webrtc_transport_actor.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/media/webrtc_stats.hpp"
#include "actors/transport/webrtc_transport_state.hpp"

namespace troupe::actors {

// Invariant: this runs when the actor quits, on the thread that runs it, never
// because the last reference is gone. The I/O threads' routes hold the actor
// until the messages below remove them.
webrtc_state::~webrtc_state() {
  if (!engine)
    return;
  // The actor may end before its engine was closed: no route may lead to an
  // actor that has ended.
  data.close();
  ice_checks.revoke();
  engine->close();
  publish(now());
  from_sockets.remove_fragment(engine->local_ice().username_fragment);
  while (auto x = engine->poll_event())
    handle(*x);
  sending.close();
}

void webrtc_state::make_engine(const webrtc_transport_config& cfg) {
  random = net::make_secure_rng();
  const auto consent = services->settings.rtc.consent_timeout;
  // A lenient transport answers its few checks itself: media wakes it anyway.
  if (!cfg.lenient_ice)
    ice_checks.use({services->sockets, cfg.liveness, self->ctrl(), consent});
  engine = std::make_unique<net::webrtc_transport>(
      net::webrtc_transport::config{.dtls = services->dtls,
                                    .backend = services->srtp,
                                    .consent_timeout = consent,
                                    .application_data = cfg.sctp,
                                    .max_media_age = max_media_age,
                                    .lenient_ice = cfg.lenient_ice},
      *random);
}

webrtc_transport_actor::behavior_type
webrtc_state::make_behavior(const webrtc_transport_config& cfg) {
  allow_on_io_threads(self);
  id = cfg.id;
  services = cfg.services;
  from_sockets.use(*services);
  sending.use(cfg.shard, key());
  listener = cfg.listener;
  reports_use = cfg.undirected;
  timer.use(services->ticks);
  make_engine(cfg);
  if (cfg.sctp)
    data.open(self, services->sctp, key(), id, cfg.backlog, cfg.owner);
  from_sockets.add_fragment(self, engine->local_ice().username_fragment);
  self->set_error_handler([](caf::error&) {});
  begin_lifetime(cfg);
  return {
      [this](burst& x) { take(*x); },
      [this](const tuple_closed& x) {
        engine->handle_tuple_closed(x.tuple);
        drain();
      },
      [this](rtcp_to_send& x) { sending.send_rtcp(self, std::move(x.packet)); },
      [this](const sources_unattended& x) { handle(x); },
      [this](const application_data_to_send& x) {
        data.send(*x.records, *engine);
        drain();
      },
      [this](const get_transport_parameters&) {
        return to_signaling(*engine, *services->dtls);
      },
      [this](const connect_dtls& x) { return connect(x); },
      [this](const restart_transport_ice&) { return restart_ice(); },
      [this](const add_transport_producer& x) { return add(x); },
      [this](const remove_transport_producer& x) { remove(x); },
      [this](const add_transport_consumer& x) { routes.add(x); },
      [this](const remove_transport_consumer& x) { routes.remove(x); },
      [this](const close_transport&) {
        engine->close();
        drain();
        self->quit();
      },
      [this](const get_actor_stats&) { return stats(); },
      [this](const transport_tick&) {
        timer.fired(now());
        ice_checks.report(*engine);
        engine->handle_timeout(now());
        drain();
      },
  };
}

// -- control -----------------------------------------------------------------

caf::result<done> webrtc_state::connect(const connect_dtls& x) {
  auto refusal = signaling.connect(*engine, x, now());
  if (!refusal)
    lifetime.note_connecting(now());
  drain();
  if (refusal)
    return to_caf(*refusal);
  return done{};
}

transport_parameters webrtc_state::restart_ice() {
  ice_checks.begin_restart(*engine);
  from_sockets.add_fragment(self,
                            engine->restart_ice(*random).username_fragment);
  drain();
  return to_signaling(*engine, *services->dtls);
}

caf::result<done> webrtc_state::add(const add_transport_producer& x) {
  if (auto added = routes.add(x); !added)
    return to_caf({protocol::error_code::unsupported, added.error().message()});
  for (auto source : x.identity.ssrcs)
    engine->keep_source(rtp::value(source));
  feedback.add(x.feedback);
  return done{};
}

caf::result<protocol::reply::stats> webrtc_state::stats() {
  auto promise = self->make_response_promise<protocol::reply::stats>();
  auto timeout = services->settings.request_timeout;
  sending.ask_stats(
      self, timeout, promise, [=, this](const auto& sent) mutable {
        data.ask_stats(self, timeout, [=, this](const auto* sctp) mutable {
          promise.deliver(protocol::reply::stats{
              webrtc_stats(id, *engine, sent, routes.unroutable(), sctp)});
        });
      });
  return promise;
}

// -- media -------------------------------------------------------------------

void webrtc_state::take(net::datagram_batch& datagrams) {
  from_sockets.intake().leave(datagrams.size());
  auto at = now();
  for (auto& x : datagrams)
    engine->handle_datagram(std::move(x), at);
  drain();
}

void webrtc_state::route_rtp() {
  while (auto x = engine->poll_rtp()) {
    if (std::exchange(reports_use, false))
      self->send(listener, transport_in_use{id, true});
    if (auto packet = rtp::packet::parse(std::move(x->data), x->arrival))
      routes.handle_rtp(std::move(*packet));
    else
      routes.note_malformed();
  }
  while (auto learned = routes.poll_learned())
    engine->keep_source(rtp::value(*learned));
  send_media(self, routes, [this](const auto& packets, const auto& ids) {
    feedback.handle_packets(packets, ids);
  });
}

// -- after every message -----------------------------------------------------

void webrtc_state::drain() {
  // Events first: a tuple must be routed before its client sends more.
  while (auto x = engine->poll_event())
    handle(*x);
  // The shard must know the keys before the client knows that we have them.
  sending.update(self, *engine);
  lifetime.update(engine->dtls(), sending.path());
  report_connected();
  while (auto x = engine->poll_datagram())
    services->port->send_batch({&*x, 1});
  route_rtp();
  while (auto x = engine->poll_rtcp())
    routes.handle_rtcp(x->data, x->arrival);
  send_rtcp_items(self, sending.shard(), routes);
  auto at = now();
  ice_checks.update(*engine, at);
  note_skipped();
  feedback.handle_timeout(at);
  if (at >= publish_due)
    publish(at);
  data.pass_on(self, *engine);
  if (auto x = routes.poll_rtcp(at))
    sending.send_rtcp(self, std::move(*x));
  while (auto x = feedback.poll_rtcp())
    sending.send_rtcp(self, std::move(*x));
  arm_timer();
}

void webrtc_state::handle(const net::transport_event& x) {
  if (const auto* added = std::get_if<net::tuple_added>(&x)) {
    from_sockets.handle(self, *added);
  } else if (const auto* removed = std::get_if<net::tuple_removed>(&x)) {
    from_sockets.handle(self, *removed);
  } else if (const auto* old =
                 std::get_if<net::username_fragment_retired>(&x)) {
    ice_checks.end_restart(old->username_fragment);
    from_sockets.remove_fragment(old->username_fragment);
  } else if (const auto* ice = std::get_if<net::ice_state_changed>(&x)) {
    lifetime.handle(*ice, now());
  } else if (const auto* dtls = std::get_if<net::dtls_state_changed>(&x)) {
    lifetime.handle(*dtls, now());
    if (dtls->state == net::dtls_state::connected && reports_use)
      self->send(listener, transport_in_use{id});
    if (dtls->state == net::dtls_state::closed
        || dtls->state == net::dtls_state::failed)
      data.close();
  } else if (const auto* peer = std::get_if<net::peer_leaving>(&x)) {
    self->send(listener, transport_leaving{id, peer->leaving});
  }
}

void webrtc_state::publish(net::time_point now) {
  publish_due = now + publish_interval;
  transport_totals totals;
  totals.add(engine->stats().drops);
  totals.add(net::drop_reason::queue_full,
             from_sockets.intake().refused() + routes.refused_compounds());
  totals.unroutable = routes.unroutable();
  constexpr auto exhausted =
      static_cast<size_t>(net::drop_reason::srtp_exhausted);
  if (totals.drops[exhausted] > 0 && published.drops[exhausted] == 0)
    lifetime.log_exhausted("receive");
  services->load->counters().transports.publish(self->id(), totals, published);
}

void webrtc_state::arm_timer() {
  if (lifetime.is_over(engine->left(), now()))
    return self->quit();
  auto earliest = lifetime.poll_timeout();
  for (auto x :
       {engine->poll_timeout(ice_checks.watched()), feedback.poll_timeout()})
    if (x && (!earliest || *x < *earliest))
      earliest = x;
  timer.arm(self, earliest, transport_tick{});
}

webrtc_transport_actor
spawn_webrtc_transport(caf::actor_system& system,
                       webrtc_transport_config settings) {
  return system.spawn([cfg = std::move(settings)](webrtc_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
