#include "actors/media/producer_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/media/webrtc_stats.hpp"
#include "rtp/receive/layer_demand.hpp"

#include <caf/stateful_actor.hpp>

#include <map>

namespace troupe::actors {

namespace {

/// The shortest time between two sender reports of an encoding to the shards.
/// Browsers send one a second, some two.
constexpr auto report_interval = std::chrono::milliseconds{100};

struct producer_state {
  using pointer = producer_actor::stateful_pointer<producer_state>;

  static inline const char* name = "producer";

  explicit producer_state(pointer self_ptr) : self(self_ptr) {}

  ~producer_state() {
    if (engine)
      publish(self->clock().now());
    // Shards outlive this actor, and would keep what is left of its monitors.
    for (const auto& x : shards)
      self->demonitor(x.actor.address());
  }

  producer_actor::behavior_type make_behavior(const producer_config& cfg);

  // Passes the audio levels of packets to `speech` and `speaker_slot`.
  void note_levels(const std::vector<rtp::packet>& packets);

  void add(const subscribe& x);

  void start(const start_wanted& x);

  void set_paused(bool paused);

  // Passes on everything that is ready, and arms the timer.
  void drain();

  void fan_out(const rtp::media_batch& batch);

  void pass_on(const rtp::receiver_event& x);

  void rate(const rtp::score_changed& x);

  // A shard has ended, or has no consumer any more.
  void forget(const caf::actor_addr& gone);

  // Notifies the client of the layers wanted, if they have changed.
  void report_wanted();

  template <class Message>
  void send_to_shards(const Message& x) {
    for (const auto& to : shards)
      self->send(to.actor, x);
  }

  // Adds the increase since the last call to the node's counters.
  void publish(net::time_point now);

  // Runs `f(engine, now)`, then drains.
  template <class F>
  void with_engine(F f) {
    auto now = self->clock().now();
    f(*engine, now);
    if (now >= publish_due)
      publish(now);
    drain();
  }

  struct shard {
    media_sink_actor actor;
    std::shared_ptr<in_flight_gauge> gauge;
    bool resumed = false; // its next batch says that packets were left out
  };

  // The latest sender report of an encoding, and when shards were sent one.
  struct known_report {
    std::optional<rtp::source_report> latest;
    std::optional<net::time_point> sent_at;
  };

  producer_key key() const {
    return producer_key{self->id()};
  }

  pointer self;
  live_object alive{object_kind::producer};
  producer_id id;
  rtp::media_kind kind = rtp::media_kind::audio;
  rtcp_sender_actor transport;
  producer_listener_actor listener;
  std::shared_ptr<actors::speech_activity> speech;    // null for video
  std::optional<loudest_speakers::slot> speaker_slot; // nothing for video
  bool left_out = false;                              // not forwarded for now
  rtp::extension_map extensions;
  std::unique_ptr<net::rng> random;
  std::unique_ptr<rtp::receiver> engine;
  std::vector<shard> shards;
  std::vector<known_report> reports;                         // by encoding
  std::map<uint8_t, protocol::event::encoding_score> scores; // by encoding
  std::shared_ptr<score_board> board;
  std::shared_ptr<overload_state_board> load;
  std::shared_ptr<in_flight_gauge> arrivals;
  receiver_totals published;
  net::time_point publish_due{};
  std::optional<rtp::layer_demand> demand; // of simulcast
  actor_timer timer;
  actor_timer demand_timer;
};

void producer_state::publish(net::time_point now) {
  publish_due = now + publish_interval;
  receiver_totals totals;
  totals.add(engine->stats(now));
  totals.drops[static_cast<size_t>(rtp::drop_reason::overload)] +=
      arrivals->refused();
  load->counters().producers.publish(self->id(), totals, published);
}

bool has_keyframe(const rtp::media_batch& batch) {
  return std::ranges::any_of(*batch, [](const auto& x) { return x.keyframe; });
}

producer_actor::behavior_type
producer_state::make_behavior(const producer_config& cfg) {
  allow_on_io_threads(self);
  id = cfg.id;
  kind = cfg.engine.kind;
  transport = cfg.transport;
  listener = cfg.listener;
  if (kind == rtp::media_kind::audio)
    speech = cfg.speech;
  if (kind == rtp::media_kind::audio && cfg.loudest)
    speaker_slot.emplace(cfg.loudest, cfg.id).set_running(!cfg.engine.paused);
  extensions = cfg.engine.extensions;
  timer.use(cfg.ticks);
  demand_timer.use(cfg.ticks);
  if (auto encodings = cfg.engine.encodings.size(); encodings > 1) {
    demand.emplace(static_cast<uint8_t>(encodings - 1), self->clock().now());
    report_wanted();
  }
  board = cfg.scores;
  load = cfg.load;
  arrivals = cfg.arrivals;
  random = net::make_secure_rng();
  engine = std::make_unique<rtp::receiver>(cfg.engine, *random);
  reports.resize(cfg.engine.encodings.size());
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler(
      [this](const caf::down_msg& down) { forget(down.source); });
  return {
      [this](const rtp::rtp_batch& x) {
        arrivals->leave(x->size());
        note_levels(*x);
        with_engine([&](auto& e, auto now) { e.handle_packets(x, now); });
      },
      [this](const rtp::sender_report_received& x) {
        arrivals->leave();
        with_engine(
            [&](auto& e, auto now) { e.handle_sender_report(x.info, now); });
      },
      [this](const rtp::dlrr_received& x) {
        arrivals->leave();
        with_engine([&](auto& e, auto now) { e.handle_dlrr(x.item, now); });
      },
      [this](const rtp::bye_received& x) {
        arrivals->leave();
        with_engine([&](auto& e, auto now) { e.handle_bye(x.ssrc, now); });
      },
      [this](const subscribe& x) { add(x); },
      [this](const unsubscribe& x) {
        self->demonitor(x.shard.address());
        forget(x.shard.address());
      },
      [this](const layers_wanted& x) {
        const auto& from = self->current_sender();
        if (demand && from)
          demand->handle_request(from->id(), x.highest, self->clock().now());
        report_wanted();
      },
      [this](const consumer_loss& x) {
        if (const auto& from = self->current_sender())
          engine->handle_consumer_loss(from->id(), x.fraction_lost,
                                       self->clock().now());
      },
      [this](const move_producer& x) { transport = x.transport; },
      [this](const restore_packets& x) {
        if (auto found = engine->find_packets(x.keys))
          self->send(x.shard, packets_restored{x.consumer, std::move(found)});
      },
      [this](const start_wanted& x) { start(x); },
      [this](const rtp::keyframe_wanted& x) {
        with_engine([&](auto& e, auto now) {
          e.handle_keyframe_request(x.encoding, now);
        });
      },
      [this](const pause_producer&) { set_paused(true); },
      [this](const resume_producer&) { set_paused(false); },
      [this](const close_producer&) { self->quit(); },
      [](const fence&) { return done{}; },
      [this](const get_actor_stats&) {
        return protocol::reply::stats{
            webrtc_stats(id, kind, engine->stats(self->clock().now()))};
      },
      [this](const producer_tick&) {
        timer.fired(self->clock().now());
        with_engine([](auto& e, auto now) { e.handle_timeout(now); });
      },
      [this](const demand_tick&) {
        auto now = self->clock().now();
        demand_timer.fired(now);
        demand->handle_timeout(now);
        report_wanted();
      },
  };
}

void producer_state::note_levels(const std::vector<rtp::packet>& packets) {
  if (!speech && !speaker_slot)
    return;
  auto now = self->clock().now();
  for (const auto& x : packets)
    if (auto level = rtp::read_audio_level(x, extensions)) {
      if (speech)
        speech->note_level(level->level, now);
      if (speaker_slot)
        speaker_slot->handle_level(level->level, now);
    }
}

void producer_state::add(const subscribe& x) {
  self->monitor(x.shard);
  shards.push_back({x.shard, x.gauge});
  self->send(x.shard, producer_paused{key(), engine->paused()});
  for (const auto& report : reports)
    if (report.latest)
      self->send(x.shard, source_reported{key(), *report.latest});
}

void producer_state::start(const start_wanted& x) {
  if (auto found =
          engine->find_replay(x.encoding, self->clock().now(), x.incomplete))
    self->send(x.shard, packets_replayed{x.consumer, std::move(found)});
  else
    with_engine(
        [&](auto& e, auto now) { e.handle_keyframe_request(x.encoding, now); });
}

void producer_state::set_paused(bool paused) {
  if (engine->paused() == paused)
    return;
  with_engine(
      [&](auto& e, auto now) { paused ? e.pause(now) : e.resume(now); });
  if (speaker_slot)
    speaker_slot->set_running(!paused);
  send_to_shards(producer_paused{key(), paused});
}

void producer_state::drain() {
  while (auto batch = engine->poll_batch())
    fan_out(*batch);
  while (auto packet = engine->poll_rtcp())
    self->send(transport, rtcp_to_send{std::move(*packet)});
  while (auto event = engine->poll_event())
    pass_on(*event);
  timer.arm(self, engine->poll_timeout(), producer_tick{});
}

void producer_state::fan_out(const rtp::media_batch& batch) {
  if (speaker_slot && !speaker_slot->open(self->clock().now())) {
    left_out = true;
    return;
  }
  if (std::exchange(left_out, false))
    for (auto& to : shards)
      to.resumed = true;
  // A key frame is always admitted: without it, a consumer that fell behind
  // could never resume. Audio overtakes waiting video.
  bool important = has_keyframe(batch);
  for (auto& to : shards) {
    if (!admit_batch(*to.gauge, important))
      continue;
    if (kind == rtp::media_kind::audio)
      self->send<caf::message_priority::high>(
          to.actor, media_arrived{key(), batch,
                                  std::exchange(to.resumed, false), to.gauge});
    else
      self->send(to.actor, media_arrived{key(), batch, false, to.gauge});
  }
}

void producer_state::pass_on(const rtp::receiver_event& x) {
  if (const auto* report = std::get_if<rtp::source_report>(&x)) {
    auto& known = reports.at(report->encoding);
    known.latest = *report;
    // A client may send a thousand reports a second; shards get fewer.
    if (auto now = self->clock().now();
        !known.sent_at || now - *known.sent_at >= report_interval) {
      known.sent_at = now;
      send_to_shards(source_reported{key(), *report});
    }
  } else if (const auto* changed = std::get_if<rtp::score_changed>(&x)) {
    rate(*changed);
  }
}

void producer_state::forget(const caf::actor_addr& gone) {
  std::erase_if(shards,
                [&](const shard& x) { return x.actor.address() == gone; });
  engine->forget_consumers(gone.id());
  if (!demand)
    return;
  demand->remove(gone.id(), self->clock().now());
  report_wanted();
}

void producer_state::report_wanted() {
  if (!demand)
    return;
  if (auto changed = demand->poll_changed()) {
    engine->set_wanted(*changed ? size_t{**changed} + 1 : 0);
    if (listener)
      self->send(listener,
                 protocol::event::producer_layers_wanted{id, *changed});
  }
  demand_timer.arm(self, demand->poll_timeout(), demand_tick{});
}

void producer_state::rate(const rtp::score_changed& x) {
  scores[x.encoding] = {x.encoding, static_cast<uint32_t>(x.ssrc), x.rid,
                        x.score};
  if (board)
    board->set(x.encoding, x.score);
  send_to_shards(producer_score_changed{key()});
  if (!listener)
    return;
  producer_rated changed{id, {}};
  for (const auto& [encoding, rated] : scores)
    changed.encodings.push_back(rated);
  self->send(listener, std::move(changed));
}

} // namespace

producer_actor spawn_producer(caf::actor_system& system,
                              producer_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](producer_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
