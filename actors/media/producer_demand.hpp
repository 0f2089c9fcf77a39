#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/media/producer_actor.hpp"
#include "rtp/receive/layer_demand.hpp"

#include <cstddef>
#include <optional>

namespace troupe::actors {

/// The layers that the shards want of a simulcast producer, with their timer.
/// Other producers have no demand: all calls are ignored. `self` is the
/// producer's actor.
class producer_demand {
public:
  /// The highest spatial layer that is wanted, or none.
  using request = rtp::layer_demand::request;

  /// Takes ticks from `queue`, which outlives this object; null leaves them to
  /// CAF's clock.
  void use(tick_queue* queue) {
    timer_.use(queue);
  }

  /// Begins, for a producer with so many encodings. Without this call there is
  /// no demand.
  void begin(size_t encodings, net::time_point now) {
    if (encodings > 1)
      engine_.emplace(static_cast<uint8_t>(encodings - 1), now);
  }

  /// A shard wants layers up to this one. The latest request of each counts.
  void handle_request(caf::actor_id shard, request highest,
                      net::time_point now) {
    if (engine_)
      engine_->handle_request(shard, highest, now);
  }

  /// A shard has no consumer any more.
  void remove(caf::actor_id shard, net::time_point now) {
    if (engine_)
      engine_->remove(shard, now);
  }

  /// A `demand_tick` has come.
  void handle_tick(net::time_point now) {
    timer_.fired(now);
    if (engine_)
      engine_->handle_timeout(now);
  }

  /// Calls `changed(request)` if the highest layer has changed since the last
  /// call, and sends `self` a `demand_tick` when it may change by itself.
  template <class Self, class F>
  void report(Self* self, F changed) {
    if (!engine_)
      return;
    if (auto highest = engine_->poll_changed())
      changed(*highest);
    timer_.arm(self, engine_->poll_timeout(), demand_tick{});
  }

private:
  std::optional<rtp::layer_demand> engine_; // of simulcast
  actor_timer timer_;
};

} // namespace troupe::actors
