#pragma once

#include "actors/base/actor_timer.hpp"
#include "actors/media/producer_actor.hpp"
#include "rtp/receive/layer_demand.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace troupe::actors {

/// The encodings of a video producer that any consumer attends, with their
/// timer. The others need not be decrypted. Audio is always attended: all calls
/// are ignored. `self` is the producer's actor.
///
/// A fall counts later than a rise, which counts at once: consumers switch to a
/// lower layer with its next key frame only, and may be paused for a moment.
class producer_attention {
public:
  /// How long no consumer must want anything until that counts. Short, since it
  /// relieves a server that is overloaded.
  static constexpr net::duration patience = std::chrono::milliseconds{300};

  /// Takes ticks from `queue`, which outlives this object; null leaves them to
  /// CAF's clock.
  void use(tick_queue* queue) {
    timer_.use(queue);
  }

  /// Begins, for a producer with so many encodings.
  void begin(rtp::media_kind kind, size_t encodings, net::time_point now) {
    if (kind != rtp::media_kind::video)
      return;
    encodings_ = encodings;
    demand_.emplace(highest(), now, patience);
  }

  /// A shard has a first consumer. Until it says what that wants, it counts as
  /// all.
  void add(caf::actor_id shard, net::time_point now) {
    if (demand_)
      demand_->handle_request(shard, highest(), now);
  }

  /// A shard wants spatial layers up to this one.
  void handle_request(caf::actor_id shard, rtp::layer_demand::request wanted,
                      net::time_point now) {
    if (demand_)
      demand_->handle_request(shard, limit(wanted), now);
  }

  /// A shard has no consumer any more.
  void remove(caf::actor_id shard, net::time_point now) {
    if (demand_)
      demand_->remove(shard, now);
  }

  /// An `attention_tick` has come.
  void handle_tick(net::time_point now) {
    timer_.fired(now);
    if (demand_)
      demand_->handle_timeout(now);
  }

  /// Calls `changed(attended)` if the number of attended encodings has changed
  /// since the last call, and sends `self` an `attention_tick` when it may
  /// change by itself.
  template <class Self, class F>
  void report(Self* self, F changed) {
    if (!demand_)
      return;
    if (auto wanted = demand_->poll_changed())
      changed(*wanted ? size_t{**wanted} + 1 : size_t{0});
    timer_.arm(self, demand_->poll_timeout(), attention_tick{});
  }

private:
  uint8_t highest() const {
    return static_cast<uint8_t>(encodings_ - 1);
  }

  // Several spatial layers may be in one encoding.
  rtp::layer_demand::request limit(rtp::layer_demand::request x) const {
    return x ? std::min(*x, highest()) : x;
  }

  size_t encodings_ = 0;
  std::optional<rtp::layer_demand> demand_; // of video
  actor_timer timer_;
};

} // namespace troupe::actors
