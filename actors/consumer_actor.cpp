#include "actors/consumer_actor.hpp"

#include "actors/stats_json.hpp"
#include "actors/timer_slot.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace troupe::actors {

namespace {

struct consumer_state {
  using pointer = consumer_actor::stateful_pointer<consumer_state>;

  static inline const char* name = "consumer";

  explicit consumer_state(pointer self_ptr) : self(self_ptr) {}

  consumer_actor::behavior_type make_behavior(const consumer_config& cfg);

  void take(const rtp::media_batch& batch);

  void set_producer_paused(bool paused);

  // Hands on everything that is ready, and arms the timer.
  void drain();

  void pass_on(const rtp::forwarder_event& x);

  void tell_scores();

  // Runs `f(engine, now)`, then drains.
  template <class F>
  void with_engine(F f) {
    f(*engine, self->clock().now());
    drain();
  }

  pointer self;
  consumer_id id;
  producer_id source;
  producer_actor producer;
  egress_actor transport;
  consumer_listener_actor listener;
  std::shared_ptr<flow_gauge> gauge;
  std::unique_ptr<rtp::forwarder> engine;
  int encodings = 1;
  int score = 10;
  int producer_score = 10;
  timer_slot timer;
};

consumer_actor::behavior_type
consumer_state::make_behavior(const consumer_config& cfg) {
  id = cfg.id;
  source = cfg.source;
  producer = cfg.producer;
  transport = cfg.transport;
  listener = cfg.listener;
  encodings = std::max<int>(1, cfg.encodings);
  auto random = net::make_secure_rng();
  engine = std::make_unique<rtp::forwarder>(cfg.engine, *random);
  gauge = std::make_shared<flow_gauge>();
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) {
    self->send(listener, consumer_ended{id, source});
    self->quit();
  });
  self->monitor(producer);
  self->send(producer,
             subscribe{caf::actor_cast<media_sink_actor>(self), gauge});
  return {
      [this](const rtp::media_batch& x) { take(x); },
      [this](const packets_restored& x) {
        with_engine([&](auto& e, auto now) {
          e.handle_retransmissions(x.packets, now);
        });
      },
      [this](const packets_replayed& x) {
        with_engine(
            [&](auto& e, auto now) { e.handle_replay(x.packets, now); });
      },
      [this](const source_reported& x) {
        engine->handle_source_report(x.report);
      },
      [this](const producer_paused& x) { set_producer_paused(x.paused); },
      [this](const producer_score_changed& x) {
        producer_score = x.score;
        tell_scores();
      },
      [this](const rtp::nack_received& x) {
        with_engine([&](auto& e, auto now) { e.handle_nack(x.lost, now); });
      },
      [this](const rtp::keyframe_request_received&) {
        with_engine([](auto& e, auto now) { e.handle_keyframe_request(now); });
      },
      [this](const rtp::report_block_received& x) {
        with_engine(
            [&](auto& e, auto now) { e.handle_report_block(x.block, now); });
      },
      [this](const transport_writable& x) {
        if (x.writable)
          with_engine([](auto& e, auto now) { e.handle_connected(now); });
      },
      [this](const pause_consumer&) {
        with_engine([](auto& e, auto now) { e.pause(now); });
      },
      [this](const resume_consumer&) {
        with_engine([](auto& e, auto now) { e.resume(now); });
      },
      [this](const close_consumer&) { self->quit(); },
      [this](const set_consumer_layers& x) {
        with_engine([&](auto& e, auto now) {
          auto layer = std::clamp(x.spatial_layer, 0, encodings - 1);
          e.set_encoding(static_cast<uint8_t>(layer), now);
        });
      },
      [this](const request_key_frame&) {
        with_engine([](auto& e, auto now) { e.handle_keyframe_request(now); });
      },
      [this](const get_actor_stats&) {
        return protocol::reply::stats{
            stats_json(id, engine->stats(self->clock().now()))};
      },
      [this](const consumer_tick&) {
        timer.fired(self->clock().now());
        with_engine([](auto& e, auto now) { e.handle_timeout(now); });
      },
  };
}

void consumer_state::take(const rtp::media_batch& batch) {
  gauge->leave();
  with_engine([&](auto& e, auto now) {
    if (gauge->take_refused() > 0)
      e.handle_overload(now);
    e.handle_batch(batch, now);
  });
}

void consumer_state::set_producer_paused(bool paused) {
  if (engine->producer_paused() == paused)
    return;
  with_engine([&](auto& e, auto now) {
    paused ? e.handle_producer_paused(now) : e.handle_producer_resumed(now);
  });
  self->send(listener, consumer_producer_paused{id, paused});
}

void consumer_state::drain() {
  while (auto batch = engine->poll_batch())
    self->send(transport, std::move(*batch));
  while (auto keys = engine->poll_retransmission_request())
    self->send(producer,
               restore_packets{caf::actor_cast<media_sink_actor>(self),
                               std::move(*keys)});
  while (auto packet = engine->poll_rtcp())
    self->send(transport, rtcp_to_send{std::move(*packet)});
  while (auto event = engine->poll_event())
    pass_on(*event);
  timer.arm(self, engine->poll_timeout(), consumer_tick{});
}

void consumer_state::pass_on(const rtp::forwarder_event& x) {
  if (const auto* wanted = std::get_if<rtp::keyframe_wanted>(&x)) {
    if (wanted->start)
      self->send(producer, start_wanted{caf::actor_cast<media_sink_actor>(self),
                                        wanted->encoding});
    else
      self->send(producer, *wanted);
  } else if (const auto* changed =
                 std::get_if<rtp::consumer_score_changed>(&x)) {
    score = changed->score;
    tell_scores();
  }
}

void consumer_state::tell_scores() {
  self->send(listener, consumer_score_changed{id, score, producer_score});
}

} // namespace

consumer_actor spawn_consumer(caf::actor_system& system,
                              consumer_config settings) {
  return system.spawn(
      [cfg = std::move(settings)](consumer_state::pointer self) {
        return self->state.make_behavior(cfg);
      });
}

} // namespace troupe::actors
