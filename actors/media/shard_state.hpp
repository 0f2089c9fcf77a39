#pragma once

#include "actors/base/live_objects.hpp"
#include "actors/media/shard_actor.hpp"
#include "actors/media/shard_consumers.hpp"
#include "actors/media/shard_counters.hpp"
#include "actors/media/shard_overload.hpp"
#include "actors/media/shard_producers.hpp"
#include "actors/media/shard_schedule.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

/// INTERNAL to the shard actor: its state.
struct shard_state {
  using pointer = shard_actor::stateful_pointer<shard_state>;

  static inline const char* name = "shard";

  explicit shard_state(pointer self_ptr) : self(self_ptr) {}

  ~shard_state();

  shard_actor::behavior_type make_behavior(const shard_services& node,
                                           std::shared_ptr<speech_ranking> room,
                                           const caf::actor_addr& owner);

  // Ends together with the room.
  void watch(const caf::actor_addr& owner);

  // -- consumers -------------------------------------------------------------

  void add(const add_shard_consumer& x);

  void remove(const remove_shard_consumer& x);

  caf::result<consumer_explanation> explain(consumer_key which);

  protocol::reply::stats stats(const get_consumer_stats& x);

  // -- producers -------------------------------------------------------------

  void take(const media_arrived& x);

  void set_producer_paused(const producer_paused& x);

  // -- after every message ---------------------------------------------------

  // Runs `f(engine, now)`, then drains.
  template <class F>
  void with_engine(F f) {
    f(engine, self->clock().now());
    drain();
  }

  // Passes on what is ready, schedules the flush, and arms the timer.
  void drain();

  void send_events();

  void pass_on(shard_event& x);

  // Sends what is due: all that waits, or, while packets wait for each other,
  // only what must not.
  void flush_due();

  void flush();

  void flush_prompt();

  // Has the next slice of replays sent after the messages in the mailbox.
  void continue_replays();

  // Adds the increase since the last call to the node's counters.
  void publish();

  pointer self;
  live_object alive{object_kind::shard};
  shard_services services;
  std::unique_ptr<net::rng> random = net::make_secure_rng();
  fan_out engine;
  shard_overload overload;
  shard_producers producers;
  shard_consumers consumers;
  shard_counters counts;
  shard_schedule schedule;
};

} // namespace troupe::actors
