#include "actors/media/shard_actor.hpp"

#include "actors/base/caf_error.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/media/shard_commands.hpp"
#include "actors/media/shard_state.hpp"
#include "actors/media/webrtc_stats.hpp"

namespace troupe::actors {

shard_state::~shard_state() {
  if (!counts.begun())
    return;
  counts.note_limited(0);
  publish();
}

shard_actor::behavior_type
shard_state::make_behavior(const shard_services& node,
                           std::shared_ptr<speech_ranking> room,
                           const caf::actor_addr& owner) {
  allow_on_io_threads(self);
  services = node;
  overload.begin(services.shedding, std::move(room));
  counts.begin(*services.load, self->id());
  schedule.use(services.ticks);
  watch(owner);
  self->set_error_handler([](caf::error&) {});
  self->set_down_handler([this](const caf::down_msg&) { self->quit(); });
  // A message is compared with these one by one: the frequent ones first.
  return {
      [this](const media_arrived& x) { take(x); },
      [this](const shard_flush&) {
        schedule.handle_flush(self->clock().now());
        if (engine.needs_flush())
          flush_due();
      },
      [this](transport_rtcp& x) {
        engine.queue_rtcp(x.transport, std::move(x.packet));
        drain();
      },
      [this](const transport_feedback& x) {
        x.gauge->leave(x.compounds);
        with_engine([&](auto& e, auto now) { handle_feedback(e, x, now); });
      },
      [this](const shard_tick&) {
        schedule.handle_tick(self->clock().now());
        with_engine([](auto& e, auto now) { e.handle_timeout(now); });
      },
      [this](const pacing_tick&) {
        schedule.handle_pacing(self->clock().now());
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
          e.handle_replay(x.consumer, x.packets, now);
        });
      },
      [this](const source_reported& x) {
        engine.handle_source_report(x.producer, x.report);
      },
      [this](const producer_paused& x) { set_producer_paused(x); },
      [this](const producer_score_changed& x) {
        for (auto which : engine.consumers_of(x.producer))
          consumers.send(self, which, x);
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
      [this](const control_consumer& x) {
        with_engine([&](auto& e, auto now) { handle_control(e, x, now); });
      },
      [this](const get_consumer_stats& x) { return stats(x); },
      [this](const explain_shard_consumer& x) { return explain(x.consumer); },
      [this](const get_sender_stats& x) {
        const auto* found = engine.find_transport(x.transport);
        return found ? found->stats(self->clock().now()) : sender_stats{};
      },
      [](const fence&) { return done{}; },
  };
}

void shard_state::watch(const caf::actor_addr& owner) {
  // The room may have ended before this starts.
  if (auto room = caf::actor_cast<caf::strong_actor_ptr>(owner))
    self->monitor(room);
  else if (owner)
    caf::anon_send_exit(self, caf::exit_reason::unreachable);
}

// -- consumers ---------------------------------------------------------------

void shard_state::add(const add_shard_consumer& x) {
  auto stream = x.consumer;
  stream.from = producer_key{x.producer->id()};
  stream.shed_rank = shed_rank_of(x.id.str());
  auto which = stream.key;
  auto source = stream.from;
  consumers.add(which, x.events);
  // The end of the consumer that it follows may come later.
  if (stream.engine.continues)
    if (auto former = engine.find_stream(stream.on, stream.engine.ssrc))
      remove({*former});
  with_engine([&](auto& e, auto now) {
    if (e.add_consumer(std::move(stream), *random, now))
      producers.add(self, x.producer, services.everything);
  });
  // The state known at the request may be outdated.
  auto paused = engine.find_consumer(which)->producer_paused();
  if (paused != x.consumer.engine.producer_paused)
    consumers.send(self, which, producer_paused{source, paused});
  consumers.send(self, which, producer_score_changed{source});
}

void shard_state::remove(const remove_shard_consumer& x) {
  consumers.remove(x.consumer);
  if (auto last = engine.remove_consumer(x.consumer))
    producers.remove(self, *last);
}

caf::result<consumer_explanation> shard_state::explain(consumer_key which) {
  engine.settle(self->clock().now());
  auto out = engine.explain(which, self->clock().now());
  if (!out)
    return to_caf(
        protocol::make_error(protocol::error_code::consumer_not_found));
  return std::move(*out);
}

protocol::reply::stats shard_state::stats(const get_consumer_stats& x) {
  const auto* found = engine.find_consumer(x.consumer);
  if (!found)
    return {};
  auto now = self->clock().now();
  return {webrtc_stats(x.id, found->kind(), found->stats(now),
                       *engine.find_decisions(x.consumer), now)};
}

// -- producers ---------------------------------------------------------------

void shard_state::take(const media_arrived& x) {
  // Give back to the gauge that admitted the batch, whatever becomes of it.
  x.gauge->leave();
  if (!producers.expects(x))
    return;
  auto now = self->clock().now();
  overload.update(engine, services.load->state(), now);
  auto refused = x.gauge->take_refused();
  counts.note_batch(refused);
  if (x.resumed)
    engine.skip_gap(x.producer);
  engine.handle_media(x.producer, x.packets, refused > 0, now, x.held);
  drain();
}

void shard_state::set_producer_paused(const producer_paused& x) {
  with_engine([&](auto& e, auto now) {
    for (auto which : e.handle_producer_paused(x.producer, x.paused, now))
      consumers.send(self, which, x);
  });
}

shard_actor spawn_shard(caf::actor_system& system, shard_services services,
                        std::shared_ptr<speech_ranking> ranking,
                        const caf::actor_addr& owner) {
  return system.spawn([=](shard_state::pointer self) {
    return self->state.make_behavior(services, ranking, owner);
  });
}

} // namespace troupe::actors
