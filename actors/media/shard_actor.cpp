#include "actors/media/shard_actor.hpp"

#include "actors/base/actor_timer.hpp"
#include "actors/base/caf_error.hpp"
#include "actors/base/live_objects.hpp"
#include "actors/base/log.hpp"
#include "actors/fan_out/preferred_layers.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/media/webrtc_stats.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

/// How late forwarders' timers may be: those of a shard are checked together,
/// when media passes, or by a timer if none does.
constexpr auto lateness = std::chrono::milliseconds{20};
constexpr auto patience = std::chrono::milliseconds{40};

/// How often speakers are ranked anew while ranks decide.
constexpr auto rank_interval = std::chrono::milliseconds{500};

struct shard_state {
  using pointer = shard_actor::stateful_pointer<shard_state>;

  static inline const char* name = "shard";

  explicit shard_state(pointer self_ptr) : self(self_ptr) {}

  ~shard_state() {
    if (limited_consumers > 0)
      note_limited(0);
    publish();
  }

  shard_actor::behavior_type make_behavior();

  void add(const add_shard_consumer& x);

  void remove(const remove_shard_consumer& x);

  void take(const media_arrived& x);

  void take(const transport_feedback& x);

  void apply(transport_key from, const feedback_item& x, net::time_point now);

  void control(const control_consumer& x);

  caf::result<consumer_explanation> explain(consumer_key which);
  void set_producer_paused(const producer_paused& x);

  // Applies the present overload state.
  void shed(net::time_point now);

  template <class Message>
  void send_to_consumer(consumer_key which, const Message& x) {
    if (auto i = consumers.find(which); i != consumers.end())
      self->send(i->second.events, x);
  }

  // Runs `f(engine, now)`, then drains.
  template <class F>
  void with_engine(F f) {
    f(engine, self->clock().now());
    drain();
  }

  void send_events();

  // Passes on what is ready, schedules the flush, and arms the timer.
  void drain();

  void pass_on(shard_event& x);

  void flush();

  // If the CPU is short, delays the flush so that more is sent together.
  bool defer_flush();

  // Adds the increase since the last call to the node's counters.
  void publish();

  struct producer {
    producer_actor actor;
    std::shared_ptr<in_flight_gauge> gauge;
  };

  struct consumer {
    consumer_id id;
    consumer_events_actor events;
  };

  delay_gauge& gauge() {
    return services.load->gauges().of(self->id());
  }

  // Notes in the gauge how many consumers overload limits.
  void note_limited(size_t now) {
    if (now != limited_consumers)
      gauge().note_limited(
          static_cast<int64_t>(now)
          - static_cast<int64_t>(std::exchange(limited_consumers, now)));
  }

  media_sink_actor me() const {
    return caf::actor_cast<media_sink_actor>(self);
  }

  pointer self;
  live_object alive{object_kind::shard};
  shard_services services;
  std::shared_ptr<speech_ranking> ranking;
  net::time_point ranks_due{}; // when speakers are ranked next
  std::unique_ptr<net::rng> random = net::make_secure_rng();
  fan_out engine;
  std::unordered_map<producer_key, producer> producers;
  std::unordered_map<consumer_key, consumer> consumers;
  size_t limited_consumers = 0; // as noted in the gauge
  bool flush_pending = false;
  size_t taken = 0; // batches since the last flush
  sender_totals published;
  net::time_point publish_due{};
  actor_timer timer{patience};
  actor_timer pacing; // exact: it seldom runs
  net::time_point flushed{};
  std::optional<net::time_point> deferred_since; // the flush
  actor_timer flush_timer{tick_queue::step};
};

shard_actor::behavior_type shard_state::make_behavior() {
  allow_on_io_threads(self);
  timer.use(services.ticks);
  flush_timer.use(services.ticks);
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) { self->quit(); });
  // A message is compared with these one by one: the frequent ones first.
  return {
      [this](const media_arrived& x) { take(x); },
      [this](const shard_flush&) {
        flush_pending = false;
        flush_timer.fired(self->clock().now());
        flush();
      },
      [this](transport_rtcp& x) {
        engine.queue_rtcp(x.transport, std::move(x.packet));
        drain();
      },
      [this](const transport_feedback& x) { take(x); },
      [this](const shard_tick&) {
        timer.fired(self->clock().now());
        with_engine([](auto& e, auto now) { e.handle_timeout(now); });
      },
      [this](const pacing_tick&) {
        pacing.fired(self->clock().now());
        with_engine([](auto& e, auto now) { e.handle_pacing(now); });
      },
      [this](const packets_restored& x) {
        with_engine([&](auto& e, auto now) {
          e.with_consumer(x.consumer, now, [&](auto& to) {
            to.handle_retransmissions(x.packets, now);
          });
        });
      },
      [this](const packets_replayed& x) {
        with_engine([&](auto& e, auto now) {
          e.with_consumer(x.consumer, now,
                          [&](auto& to) { to.handle_replay(x.packets, now); });
        });
      },
      [this](const source_reported& x) {
        engine.handle_source_report(x.producer, x.report);
      },
      [this](const producer_paused& x) { set_producer_paused(x); },
      [this](const producer_score_changed& x) {
        for (auto which : engine.consumers_of(x.producer))
          send_to_consumer(which, x);
      },
      [this](const set_transport_srtp& x) {
        with_engine(
            [&](auto& e, auto now) { e.set_srtp(x.transport, x.srtp, now); });
      },
      [this](const set_transport_path& x) {
        with_engine(
            [&](auto& e, auto now) { e.set_path(x.transport, x.path, now); });
      },
      [this](const set_plain_sender& x) {
        with_engine([&](auto& e, auto now) {
          e.set_plain(x.transport, x.sender, now);
        });
      },
      [this](const transport_source_ended& x) {
        engine.end_source(x.transport, x.source);
      },
      [this](const remove_transport& x) {
        engine.remove_transport(x.transport);
      },
      [this](const add_shard_consumer& x) { add(x); },
      [this](const remove_shard_consumer& x) { remove(x); },
      [this](const move_shard_consumer& x) {
        with_engine(
            [&](auto& e, auto now) { e.move_consumer(x.consumer, x.to, now); });
      },
      [this](const control_consumer& x) { control(x); },
      [this](const get_consumer_stats& x) {
        const auto* found = engine.find_consumer(x.consumer);
        return found ? protocol::reply::stats{webrtc_stats(
                   consumers.at(x.consumer).id, found->kind(),
                   found->stats(self->clock().now()),
                   *engine.find_decisions(x.consumer), self->clock().now())}
                     : protocol::reply::stats{};
      },
      [this](const explain_shard_consumer& x) { return explain(x.consumer); },
      [this](const get_sender_stats& x) {
        const auto* found = engine.find_transport(x.transport);
        return found ? found->stats(self->clock().now()) : sender_stats{};
      },
      [](const fence&) { return done{}; },
  };
}

void shard_state::add(const add_shard_consumer& x) {
  auto stream = x.consumer;
  stream.from = producer_key{x.producer->id()};
  stream.shed_rank = shed_rank_of(x.id.str());
  auto which = stream.key;
  auto source = stream.from;
  consumers.emplace(which, consumer{x.id, x.events});
  with_engine([&](auto& e, auto now) {
    if (!e.add_consumer(std::move(stream), *random, now))
      return;
    auto flow = std::make_shared<in_flight_gauge>(max_waiting_batches);
    producers.insert_or_assign(source, producer{x.producer, flow});
    self->send(x.producer, subscribe{me(), flow});
  });
  // The state known at the request may be outdated.
  auto paused = engine.find_consumer(which)->producer_paused();
  if (paused != x.consumer.engine.producer_paused)
    send_to_consumer(which, producer_paused{source, paused});
  send_to_consumer(which, producer_score_changed{source});
}

void shard_state::remove(const remove_shard_consumer& x) {
  consumers.erase(x.consumer);
  auto last = engine.remove_consumer(x.consumer);
  if (!last)
    return;
  auto i = producers.find(*last);
  self->send(i->second.actor, unsubscribe{me()});
  producers.erase(i);
}

void shard_state::take(const media_arrived& x) {
  // Give back to the gauge that admitted the batch, whatever becomes of it.
  x.gauge->leave();
  auto i = producers.find(x.producer);
  // A batch of an earlier subscription was sent before the present one began:
  // its consumers start with the replay and the batches that follow it.
  if (i == producers.end() || i->second.gauge != x.gauge)
    return;
  auto now = self->clock().now();
  shed(now);
  auto refused = x.gauge->take_refused();
  if (refused > 0) {
    gauge().note_dropped(refused);
    services.load->counters().batches_refused.fetch_add(
        refused, std::memory_order_relaxed);
  }
  ++taken;
  if (x.resumed)
    engine.skip_gap(x.producer);
  engine.handle_media(x.producer, x.packets, refused > 0, now);
  drain();
}

void shard_state::shed(net::time_point now) {
  auto state = services.load->state();
  bool by_speech = state.level >= overload_level::last_n_only
                   || services.shedding.room_last_n > 0;
  if (state == engine.overload() && !(by_speech && now >= ranks_due))
    return;
  if (by_speech)
    ranking->refresh(now);
  ranks_due = now + rank_interval;
  engine.set_overload(state, services.shedding, now);
}

void shard_state::take(const transport_feedback& x) {
  x.gauge->leave();
  auto now = self->clock().now();
  for (const auto& item : x.items)
    apply(x.transport, item, now);
  drain();
}

void shard_state::apply(transport_key from, const feedback_item& x,
                        net::time_point now) {
  if (const auto* cc = std::get_if<rtp::transport_feedback_received>(&x))
    return engine.handle_transport_feedback(from, cc->feedback, now);
  if (const auto* remb = std::get_if<rtp::remb_received>(&x))
    return engine.handle_remb(from, remb->bitrate_bps, now);
  const auto& feedback = std::get<consumer_feedback>(x);
  const auto* report = std::get_if<rtp::report_block_received>(&feedback.what);
  engine.with_consumer(feedback.consumer, now, [&](rtp::forwarder& to) {
    if (const auto* nack = std::get_if<rtp::nack_received>(&feedback.what))
      to.handle_nack(nack->lost, now);
    else if (report)
      to.handle_report_block(report->block, now);
    else
      to.handle_keyframe_request(now);
  });
  if (report)
    engine.note_loss(feedback.consumer, report->block.fraction_lost, now);
}

void shard_state::control(const control_consumer& x) {
  namespace verb = protocol::verb;
  with_engine([&](auto& e, auto now) {
    if (std::holds_alternative<pause_consumer>(x.what))
      e.set_paused(x.consumer, true);
    else if (std::holds_alternative<resume_consumer>(x.what))
      e.set_paused(x.consumer, false);
    else if (const auto* y = std::get_if<verb::set_preferred_layers>(&x.what))
      e.set_preferred_layers(x.consumer, to_layers(*y));
    else if (const auto* z = std::get_if<verb::set_priority>(&x.what))
      e.set_priority(x.consumer, static_cast<uint8_t>(z->priority));
    else
      e.with_consumer(x.consumer, now, [&](rtp::forwarder& to) {
        to.handle_keyframe_request(now);
      });
  });
}

caf::result<consumer_explanation> shard_state::explain(consumer_key which) {
  engine.settle(self->clock().now());
  auto out = engine.explain(which, self->clock().now());
  if (!out)
    return to_caf(
        protocol::make_error(protocol::error_code::consumer_not_found));
  out->id = consumers.at(which).id;
  return std::move(*out);
}

void shard_state::set_producer_paused(const producer_paused& x) {
  with_engine([&](auto& e, auto now) {
    for (auto which : e.handle_producer_paused(x.producer, x.paused, now))
      send_to_consumer(which, x);
  });
}

void shard_state::send_events() {
  note_limited(engine.limited_by_overload());
  while (auto event = engine.poll_event())
    pass_on(*event);
}

void shard_state::drain() {
  send_events();
  if (engine.needs_flush() && !defer_flush()) {
    // Messages that are in the mailbox already are flushed with this one.
    if (self->mailbox().empty())
      flush();
    else if (!std::exchange(flush_pending, true))
      self->send(self, shard_flush{});
  }
  timer.arm(self, engine.poll_timeout(), shard_tick{});
}

bool shard_state::defer_flush() {
  auto window = services.load->coalescing();
  if (window <= net::duration{})
    return false;
  auto due = flushed + window;
  auto now = self->clock().now();
  if (now >= due)
    return false;
  if (!deferred_since)
    deferred_since = now;
  // The next media flushes; the timer is for when none comes.
  flush_timer.arm(self, due, shard_flush{});
  return true;
}

void shard_state::flush() {
  auto now = self->clock().now();
  flushed = now;
  // A deliberate delay does not count as late.
  auto deferred = deferred_since ? std::min(now - *deferred_since,
                                            services.load->coalescing())
                                 : net::duration{};
  deferred_since.reset();
  auto waited = engine.flush(*services.out, now);
  send_events();
  gauge().note_delay(std::max(waited - deferred, net::duration{}));
  pacing.arm(self, engine.poll_pacing(), pacing_tick{});
  // The batches taken since the last flush waited together.
  services.load->counters().note_mailbox(mailbox_owner::shard,
                                         std::exchange(taken, 0));
  if (now >= publish_due)
    publish();
  // Media drives the timeouts while it flows; the timer is for when it stops.
  if (auto due = engine.poll_timeout(); due && *due + lateness <= now) {
    engine.handle_timeout(now);
    drain();
  }
}

void shard_state::publish() {
  auto now = self->clock().now();
  publish_due = now + publish_interval;
  auto totals = engine.totals(now);
  constexpr auto exhausted =
      static_cast<size_t>(rtp::drop_reason::srtp_exhausted);
  if (totals.drops[exhausted] > published.drops[exhausted])
    log::event(log::level::warn, "srtp-exhausted", {{"direction", "send"}});
  services.load->counters().consumers.publish(self->id(), totals, published);
}

void shard_state::pass_on(shard_event& x) {
  if (const auto* score = std::get_if<rtp::consumer_score_changed>(&x.what))
    return send_to_consumer(x.consumer, *score);
  if (const auto* layers = std::get_if<rtp::layers_changed>(&x.what))
    return send_to_consumer(x.consumer, *layers);
  auto i = producers.find(x.producer);
  if (i == producers.end())
    return;
  const auto& source = i->second.actor;
  if (auto* missing = std::get_if<packets_missing>(&x.what)) {
    self->send(source,
               restore_packets{me(), x.consumer, std::move(missing->keys)});
    return;
  }
  if (const auto* layers = std::get_if<layers_wanted>(&x.what)) {
    self->send(source, *layers);
    return;
  }
  if (const auto* loss = std::get_if<consumer_loss>(&x.what)) {
    self->send(source, *loss);
    return;
  }
  const auto& wanted = std::get<rtp::keyframe_wanted>(x.what);
  if (wanted.start)
    self->send(source, start_wanted{me(), x.consumer, wanted.encoding,
                                    wanted.incomplete});
  else
    self->send(source, wanted);
}

} // namespace

shard_actor spawn_shard(caf::actor_system& system, shard_services services,
                        std::shared_ptr<speech_ranking> ranking,
                        const caf::actor_addr& owner) {
  return system.spawn([=](shard_state::pointer self) {
    self->state.services = services;
    self->state.ranking = ranking;
    // The room may have ended before this starts.
    if (auto alive = caf::actor_cast<caf::strong_actor_ptr>(owner))
      self->monitor(alive);
    else if (owner)
      caf::anon_send_exit(self, caf::exit_reason::unreachable);
    return self->state.make_behavior();
  });
}

} // namespace troupe::actors
