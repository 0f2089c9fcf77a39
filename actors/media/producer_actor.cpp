#include "actors/media/producer_actor.hpp"

#include "actors/io/io_worker.hpp"
#include "actors/media/producer_state.hpp"
#include "actors/media/webrtc_stats.hpp"

namespace troupe::actors {

producer_state::~producer_state() {
  if (engine)
    publish(self->clock().now());
  // Shards outlive this actor, and would keep what is left of its monitors.
  shards.for_each([this](const auto& x) { self->demonitor(x.address()); });
}

producer_actor::behavior_type
producer_state::make_behavior(const producer_config& cfg) {
  allow_on_io_threads(self);
  id = cfg.id;
  kind = cfg.engine.kind;
  transport = cfg.transport;
  listener = cfg.listener;
  if (kind == rtp::media_kind::audio) {
    speech.begin(id, cfg.engine.extensions, cfg.speech, cfg.loudest);
    speech.set_running(!cfg.engine.paused);
  }
  timer.use(cfg.ticks);
  hold_timer.use_promptly(cfg.ticks);
  demand.use(cfg.ticks);
  demand.begin(cfg.layers(), self->clock().now());
  attention.use(cfg.ticks);
  attention.begin(cfg.relayed ? rtp::media_kind::video : kind,
                  cfg.engine.encodings.size(), self->clock().now());
  transport_wide_id = cfg.engine.extensions.id(rtp::extension::transport_cc);
  scores.use(cfg.scores);
  load = cfg.load;
  arrivals = cfg.arrivals;
  random = net::make_secure_rng();
  engine = std::make_unique<rtp::receiver>(cfg.engine, *random);
  reports = source_reports{cfg.engine.encodings.size()};
  report_wanted();
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg& x) { forget(x.source); });
  return {
      [this](const rtp::rtp_batch& x) { take(x); },
      [this](const rtp::sender_report_received& x) {
        arrivals->leave();
        with_engine(
            [&](auto& e, auto) { e.handle_sender_report(x.info, x.arrival); });
      },
      [this](const rtp::dlrr_received& x) {
        arrivals->leave();
        with_engine([&](auto& e, auto) { e.handle_dlrr(x.item, x.arrival); });
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
      [this](const layers_wanted& x) { handle(x); },
      [this](const consumer_loss& x) { handle(x); },
      [this](const move_producer& x) {
        transport = x.transport;
        if (auto sources = engine->unattended(); !sources.empty())
          send_unattended(std::move(sources));
      },
      [this](const restart_sources&) { engine->handle_restart(); },
      [this](const restore_packets& x) {
        if (auto found = engine->find_packets(x.keys))
          self->send(x.shard, packets_restored{x.consumer, std::move(found)});
      },
      [this](const keep_packets&) { engine->keep_packets(); },
      [this](const start_wanted& x) { start(x); },
      [this](const rtp::keyframe_wanted& x) { want_keyframe(x.encoding); },
      [this](const pause_producer&) { set_paused(true); },
      [this](const resume_producer&) { set_paused(false); },
      [this](const close_producer&) { self->quit(); },
      [this](const close_unused_producer&) { end_if_unused(); },
      [](const fence&) { return done{}; },
      [this](const get_actor_stats&) {
        return protocol::reply::stats{
            webrtc_stats(id, kind, engine->stats(self->clock().now()))};
      },
      [this](const producer_tick&) {
        timer.fired(self->clock().now());
        with_engine([](auto& e, auto now) { e.handle_timeout(now); });
      },
      [this](const hold_tick&) {
        hold_timer.fired(self->clock().now());
        with_engine([](auto& e, auto now) { e.handle_hold(now); });
      },
      [this](const demand_tick&) {
        demand.handle_tick(self->clock().now());
        report_wanted();
      },
      [this](const attention_tick&) {
        attention.handle_tick(self->clock().now());
        report_wanted();
      },
  };
}

// -- shards ------------------------------------------------------------------

void producer_state::add(const subscribe& x) {
  // Packets from before the subscription are not for this shard.
  release_held();
  self->monitor(x.shard);
  shards.add(x);
  attention.add(x.shard.id(), self->clock().now());
  report_wanted();
  self->send(x.shard, producer_paused{key(), engine->paused()});
  reports.for_each([&](const auto& report) {
    self->send(x.shard, source_reported{key(), report});
  });
}

void producer_state::forget(const caf::actor_addr& gone) {
  shards.remove(gone);
  engine->forget_consumers(gone.id());
  demand.remove(gone.id(), self->clock().now());
  attention.remove(gone.id(), self->clock().now());
  report_wanted();
}

void producer_state::start(const start_wanted& x) {
  if (auto found = find_replay(x))
    self->send(x.shard, packets_replayed{x.consumer, std::move(found)});
  else
    want_keyframe(x.encoding);
}

void producer_state::want_keyframe(uint8_t encoding) {
  if (const auto& from = self->current_sender())
    shards.note_waiting(from->address());
  with_engine(
      [&](auto& e, auto now) { e.handle_keyframe_request(encoding, now); });
}

void producer_state::handle(const layers_wanted& x) {
  if (const auto& from = self->current_sender()) {
    demand.handle_request(from->id(), x.highest, self->clock().now());
    attention.handle_request(from->id(), x.highest, self->clock().now());
  }
  report_wanted();
}

void producer_state::handle(const consumer_loss& x) {
  if (const auto& from = self->current_sender())
    engine->handle_consumer_loss(from->id(), x.fraction_lost,
                                 self->clock().now());
}

void producer_state::report_wanted() {
  demand.report(self, [this](producer_demand::request highest) {
    engine->set_wanted(highest ? size_t{*highest} + 1 : 0);
    if (listener)
      self->send(listener,
                 protocol::event::producer_layers_wanted{id, highest});
  });
  attention.report(self, [this](size_t encodings) {
    with_engine([&](auto& e, auto now) { e.set_attended(encodings, now); });
  });
}

// -- media -------------------------------------------------------------------

void producer_state::take(const rtp::rtp_batch& x) {
  arrivals->leave(x->size());
  if (speech.listens())
    speech.handle_packets(*x, self->clock().now());
  with_engine([&](auto& e, auto now) { e.handle_packets(x, now); });
}

void producer_state::set_paused(bool paused) {
  if (engine->paused() == paused)
    return;
  with_engine(
      [&](auto& e, auto now) { paused ? e.pause(now) : e.resume(now); });
  speech.set_running(!paused);
  shards.send(self, producer_paused{key(), paused});
}

// -- after every message -----------------------------------------------------

void producer_state::drain() {
  while (auto batch = engine->poll_batch())
    fan_out(*batch);
  // Before its RTCP requests a key frame, which must not be dropped.
  if (auto sources = engine->poll_unattended())
    send_unattended(std::move(*sources));
  while (auto packet = engine->poll_rtcp())
    self->send(transport, rtcp_to_send{std::move(*packet)});
  while (auto event = engine->poll_event())
    pass_on(*event);
  timer.arm(self, engine->poll_timeout(), producer_tick{});
  hold_timer.arm(self, engine->poll_hold(), hold_tick{});
}

void producer_state::send_unattended(std::vector<rtp::ssrc> sources) {
  self->send(transport,
             sources_unattended{id, std::move(sources), transport_wide_id});
}

void producer_state::fan_out(const rtp::media_batch& batch) {
  if (speech.limited() && speech.leaves_out(self->clock().now()))
    return shards.send_left_out(self, key(), batch);
  if (speech.take_left_out())
    shards.note_gap();
  shards.send_media(self, key(), kind, batch, engine->held());
}

void producer_state::pass_on(const rtp::receiver_event& x) {
  if (const auto* report = std::get_if<rtp::source_report>(&x)) {
    if (reports.handle(*report, self->clock().now()))
      shards.send(self, source_reported{key(), *report});
  } else if (const auto* changed = std::get_if<rtp::score_changed>(&x)) {
    rate(*changed);
  }
}

void producer_state::rate(const rtp::score_changed& x) {
  scores.handle(x);
  shards.send(self, producer_score_changed{key()});
  if (listener)
    self->send(listener, producer_rated{id, scores.all()});
}

void producer_state::publish(net::time_point now) {
  publish_due = now + publish_interval;
  receiver_totals totals;
  totals.add(engine->stats(now));
  totals.drops[static_cast<size_t>(rtp::drop_reason::overload)] +=
      arrivals->refused();
  load->counters().producers.publish(self->id(), totals, published);
}

producer_actor spawn_producer(caf::actor_system& system,
                              producer_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](producer_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
