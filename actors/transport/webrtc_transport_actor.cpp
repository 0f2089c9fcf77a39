#include "actors/transport/webrtc_transport_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/caf_error.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/base/log.hpp"
#include "actors/base/relay.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/media/webrtc_stats.hpp"
#include "actors/stats/scoped_gauge.hpp"
#include "actors/transport/ice_check_offload.hpp"
#include "actors/transport/note_arrivals.hpp"
#include "actors/transport/rtp_routes.hpp"
#include "actors/transport/signaling_to_engine.hpp"
#include "actors/transport/transport_data.hpp"
#include "actors/transport/transport_phase.hpp"
#include "net/webrtc_transport.hpp"
#include "rtp/receive/transport_feedback_generator.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

using protocol::error_code;

/// How long a transport without a path is kept: an ICE restart may bring one.
constexpr auto abandoned_after = std::chrono::seconds{30};

/// How long due feedback waits for a packet to arrive: timers cost more.
constexpr auto feedback_patience = std::chrono::milliseconds{400};

struct webrtc_state {
  using pointer = webrtc_transport_actor::stateful_pointer<webrtc_state>;

  static inline const char* name = "transport";

  explicit webrtc_state(pointer self_ptr)
      : self(self_ptr)
      , routes(key(), true) {}

  ~webrtc_state();

  webrtc_transport_actor::behavior_type
  make_behavior(const webrtc_transport_config& cfg);

  // -- control ---------------------------------------------------------------

  transport_parameters parameters() const;

  caf::result<done> connect(const connect_dtls& x);

  transport_parameters restart_ice();

  caf::result<done> add(const add_transport_producer& x);
  void remove(const remove_transport_producer& x);

  // -- media -----------------------------------------------------------------

  void take(net::datagram_batch& datagrams);
  // Sends decrypted RTP to its producers.
  void route_rtp();

  void route_rtcp();

  void send_rtcp(std::vector<uint8_t> compound);
  caf::result<protocol::reply::stats> stats();

  // -- after every message ---------------------------------------------------

  void drain();

  void handle(const net::transport_event& x);

  // Sends the shard the path and the keys, if they have changed.
  void update_sender();
  void arm_timer();

  // Counts this transport in the gauge of its present phase.
  void update_phase_gauge();

  // Adds the increase since the last call to the node's counters.
  void publish(net::time_point now);

  counters& count() {
    return services->load->counters();
  }

  net::time_point now() const {
    return self->clock().now();
  }

  burst_receiver_actor me() const {
    return caf::actor_cast<burst_receiver_actor>(self);
  }

  transport_key key() const {
    return transport_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::transport};
  transport_id id;
  std::shared_ptr<const media_services> services;
  std::unique_ptr<net::rng> random;
  std::unique_ptr<net::webrtc_transport> engine;
  rtp_routes routes;
  rtp::transport_feedback_generator feedback{{}};
  transport_data data;
  ice_check_offload ice_checks;
  bool remb = false;
  shard_actor shard;
  transport_listener_actor listener;
  bool reports_use = false; // until its use is known
  bool guessed = false;     // perhaps with another one's parameters
  // Counts the datagrams in flight from the I/O threads.
  std::shared_ptr<in_flight_gauge> arrivals =
      std::make_shared<in_flight_gauge>(max_waiting_datagrams);
  bool has_keys = false;                     // as the shard knows
  std::optional<net::transport_tuple> path;  // as the shard knows
  std::optional<net::time_point> abandoned;  // when the last path was lost
  std::optional<net::time_point> connecting; // since when
  transport_totals published;
  net::time_point publish_due{};
  scoped_gauge phase_gauge;
  actor_timer timer;
};

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
  caf::anon_send(services->sockets,
                 unroute_fragment{engine->local_ice().username_fragment});
  while (auto x = engine->poll_event())
    handle(*x);
  caf::anon_send(shard, remove_transport{key()});
}

webrtc_transport_actor::behavior_type
webrtc_state::make_behavior(const webrtc_transport_config& cfg) {
  allow_on_io_threads(self);
  id = cfg.id;
  services = cfg.services;
  shard = cfg.shard;
  listener = cfg.listener;
  reports_use = cfg.undirected;
  timer.use(services->ticks);
  ice_checks.use(services->sockets);
  random = net::make_secure_rng();
  const auto& settings = services->settings.rtc;
  engine = std::make_unique<net::webrtc_transport>(
      net::webrtc_transport::config{.dtls = services->dtls,
                                    .backend = services->srtp,
                                    .consent_timeout = settings.consent_timeout,
                                    .application_data = cfg.sctp,
                                    .max_media_age = max_media_age},
      *random);
  if (cfg.sctp)
    data.open(self, services->sctp, key(), id, cfg.backlog);
  self->send(
      services->sockets,
      route_fragment{engine->local_ice().username_fragment, me(), arrivals});
  self->set_error_handler([](caf::error&) {});
  update_phase_gauge();
  return {
      [this](burst& x) { take(*x); },
      [this](const tuple_closed& x) {
        engine->handle_tuple_closed(x.tuple);
        drain();
      },
      [this](rtcp_to_send& x) { send_rtcp(std::move(x.packet)); },
      [this](const application_data_to_send& x) {
        data.send(*x.records, *engine);
        drain();
      },
      [this](const get_transport_parameters&) { return parameters(); },
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

transport_parameters webrtc_state::parameters() const {
  const auto& print = services->dtls->fingerprint();
  return {from_engine(engine->local_ice()),
          {protocol::dtls_role::automatic, {{print.algorithm, print.value}}}};
}

caf::result<done> webrtc_state::connect(const connect_dtls& x) {
  if (x.guessed && guessed) {
    engine->allow(to_engine(x.remote.role), to_engine(x.remote.fingerprints));
    return done{};
  }
  auto role = engine->connect(to_engine(x.remote.role),
                              to_engine(x.remote.fingerprints), now());
  if (role) {
    connecting = now();
    guessed = x.guessed;
  }
  drain();
  if (role)
    return done{};
  if (role.error() == net::transport_errc::no_fingerprint)
    return to_caf(
        {error_code::bad_request, "dtlsParameters: no usable fingerprint"});
  return to_caf({error_code::wrong_state, "Transport already connected"});
}

transport_parameters webrtc_state::restart_ice() {
  ice_checks.begin_restart(*engine);
  auto fragment = engine->restart_ice(*random).username_fragment;
  self->send(services->sockets,
             route_fragment{std::move(fragment), me(), arrivals});
  drain();
  return parameters();
}

caf::result<done> webrtc_state::add(const add_transport_producer& x) {
  if (auto added = routes.add(x); !added)
    return to_caf({error_code::unsupported, added.error().message()});
  for (auto source : x.identity.ssrcs)
    engine->keep_source(rtp::value(source));
  // REMB is for senders that know no transport-wide feedback.
  if (x.feedback.remb && !x.feedback.transport_cc && !remb) {
    remb = true;
    feedback = rtp::transport_feedback_generator{{.remb = true}};
  }
  return done{};
}

void webrtc_state::remove(const remove_transport_producer& x) {
  auto gone = routes.remove(x);
  if (!gone)
    return;
  for (auto source : gone->sources)
    engine->retire_source(rtp::value(source));
  self->send(shard, transport_source_ended{key(), gone->reporter});
}

// -- media -------------------------------------------------------------------

void webrtc_state::take(net::datagram_batch& datagrams) {
  arrivals->leave(datagrams.size());
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
    note_arrivals(feedback, packets, ids);
  });
}

void webrtc_state::route_rtcp() {
  while (auto x = engine->poll_rtcp())
    routes.handle_rtcp(x->data, x->arrival);
  send_rtcp_items(self, shard, routes);
}

void webrtc_state::send_rtcp(std::vector<uint8_t> compound) {
  self->send(shard, transport_rtcp{key(), std::move(compound)});
}

caf::result<protocol::reply::stats> webrtc_state::stats() {
  auto promise = self->make_response_promise<protocol::reply::stats>();
  self->request(shard, services->settings.request_timeout,
                get_sender_stats{key()})
      .then(
          [this, promise](const sender_stats& sent) mutable {
            data.ask_stats(
                self, services->settings.request_timeout,
                [=, this](const sctp_transport_stats* sctp) mutable {
                  promise.deliver(protocol::reply::stats{webrtc_stats(
                      id, *engine, sent, routes.unroutable(), sctp)});
                });
          },
          relay_error(promise));
  return promise;
}

// -- after every message -----------------------------------------------------

void webrtc_state::drain() {
  // Events first: a tuple must be routed before its client sends more.
  while (auto x = engine->poll_event())
    handle(*x);
  // The shard must know the keys before the client knows that we have them.
  update_sender();
  while (auto x = engine->poll_datagram())
    services->port->send_batch({&*x, 1});
  route_rtp();
  route_rtcp();
  auto at = now();
  ice_checks.update(*engine, at);
  feedback.handle_timeout(at);
  if (at >= publish_due)
    publish(at);
  data.pass_on(self, *engine);
  if (auto x = routes.poll_rtcp(at))
    send_rtcp(std::move(*x));
  while (auto x = feedback.poll_rtcp())
    send_rtcp(*x);
  arm_timer();
}

void webrtc_state::handle(const net::transport_event& x) {
  const auto& sockets = services->sockets;
  if (const auto* added = std::get_if<net::tuple_added>(&x)) {
    // On the thread that runs us: its client may answer before another wakes.
    self->send(sockets, route_tuple{added->tuple, me(), arrivals});
  } else if (const auto* removed = std::get_if<net::tuple_removed>(&x)) {
    caf::anon_send(sockets, unroute_tuple{removed->tuple, me()});
    if (removed->tuple.protocol == net::transport_protocol::tcp)
      services->port->close_tcp(removed->tuple);
  } else if (const auto* old =
                 std::get_if<net::username_fragment_retired>(&x)) {
    ice_checks.end_restart(old->username_fragment);
    caf::anon_send(sockets, unroute_fragment{old->username_fragment});
  } else if (const auto* ice = std::get_if<net::ice_state_changed>(&x)) {
    log_state(id, ice->state);
    abandoned = ice->state == net::ice_state::disconnected
                    ? std::optional{now()}
                    : std::nullopt;
  } else if (const auto* dtls = std::get_if<net::dtls_state_changed>(&x)) {
    log_state(id, dtls->state);
    if (dtls->state == net::dtls_state::connected && connecting)
      count().connect_time.observe(now() - *std::exchange(connecting, {}));
    if (dtls->state == net::dtls_state::connected && reports_use)
      self->send(listener, transport_in_use{id});
    if (dtls->state == net::dtls_state::closed
        || dtls->state == net::dtls_state::failed)
      data.close();
  } else if (const auto* peer = std::get_if<net::peer_leaving>(&x)) {
    self->send(listener, transport_leaving{id, peer->leaving});
  }
  update_phase_gauge();
}

void webrtc_state::update_sender() {
  if (auto keys = engine->take_sender()) {
    has_keys = true;
    self->send(shard, set_transport_srtp{key(), std::move(keys)});
  } else if (has_keys && engine->dtls() != net::dtls_state::connected) {
    has_keys = false;
    self->send(shard, set_transport_srtp{key(), nullptr});
  }
  if (path != engine->selected_tuple()) {
    path = engine->selected_tuple();
    self->send(shard, set_transport_path{key(), path});
    update_phase_gauge();
  }
}

void webrtc_state::update_phase_gauge() {
  phase_gauge.move_to(
      &count().transports_in(kind_of(path), phase_of(*engine, path.has_value(),
                                                     abandoned.has_value())));
}

void webrtc_state::publish(net::time_point now) {
  publish_due = now + publish_interval;
  transport_totals totals;
  totals.add(engine->stats().drops);
  totals.add(net::drop_reason::queue_full,
             arrivals->refused() + routes.refused_compounds());
  totals.unroutable = routes.unroutable();
  constexpr auto exhausted =
      static_cast<size_t>(net::drop_reason::srtp_exhausted);
  if (totals.drops[exhausted] > 0 && published.drops[exhausted] == 0)
    log::event(log::level::warn, "srtp-exhausted",
               {{"transport", id.str()}, {"direction", "receive"}});
  count().transports.publish(self->id(), totals, published);
}

void webrtc_state::arm_timer() {
  if (engine->left() || (abandoned && now() - *abandoned >= abandoned_after)) {
    log::event(log::level::info,
               engine->left() ? "transport-left" : "transport-abandoned",
               {{"transport", id.str()}});
    return self->quit();
  }
  auto earliest =
      abandoned ? std::optional{*abandoned + abandoned_after} : std::nullopt;
  auto reported = feedback.poll_timeout();
  if (reported)
    *reported += feedback_patience;
  for (auto x : {engine->poll_timeout(), reported})
    if (x && (!earliest || *x < *earliest))
      earliest = x;
  timer.arm(self, earliest, transport_tick{});
}

} // namespace

webrtc_transport_actor
spawn_webrtc_transport(caf::actor_system& system,
                       webrtc_transport_config settings) {
  return system.spawn([cfg = std::move(settings)](webrtc_state::pointer self) {
    return self->state.make_behavior(cfg);
  });
}

} // namespace troupe::actors
