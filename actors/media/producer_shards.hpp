#pragma once

#include "actors/media/producer_actor.hpp"

#include <caf/message_priority.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A producer with this many shards has a large audience: all but the last are
/// mostly full, so these are more than about a hundred consumers.
inline constexpr size_t large_audience_shards = 4;

/// The shards that have subscribed to a producer, each with the gauge of its
/// subscription. `self` is the producer's actor.
class producer_shards {
public:
  void add(const subscribe& x) {
    shards_.push_back({x.shard, x.gauge, x.everything});
    count_recorders();
  }

  void remove(const caf::actor_addr& gone) {
    std::erase_if(shards_,
                  [&](const shard& x) { return x.actor.address() == gone; });
    count_recorders();
  }

  size_t size() const {
    return shards_.size();
  }

  /// How many of them have consumers: all but the recorders.
  size_t audience() const {
    return shards_.size() - recorders_;
  }

  /// Packets were left out on purpose: the next batch to each shard says so.
  /// Recorders were sent them.
  void note_gap() {
    for (auto& to : shards_)
      to.resumed = !to.everything;
  }

  /// Sends a batch of audio that is left out to the recorders alone.
  template <class Self>
  void send_left_out(Self* self, producer_key from,
                     const rtp::media_batch& batch) {
    if (recorders_ == 0)
      return;
    for (auto& to : shards_)
      if (to.everything && admit_batch(*to.gauge, true))
        self->template send<caf::message_priority::high>(
            to.actor, media_arrived{from, batch, false, to.gauge});
  }

  /// Consumers of a shard wait for a key frame. That shard is sent the next one
  /// before the others: one to hundreds of receivers takes long to send, and
  /// the others still have a picture.
  void note_waiting(const caf::actor_addr& which) {
    for (auto& to : shards_)
      if (to.actor.address() == which)
        waiting_ = to.waiting = true;
  }

  /// Sends a batch to the shards whose gauges admit it. See media_arrived for
  /// `held`.
  template <class Self>
  void send_media(Self* self, producer_key from, rtp::media_kind kind,
                  const rtp::media_batch& batch, net::duration held = {}) {
    // A key frame is always admitted: without it, a consumer that fell behind
    // could never resume. Audio overtakes waiting video.
    bool important = has_keyframe(*batch);
    if (important && waiting_) [[unlikely]]
      put_waiting_first();
    for (auto& to : shards_) {
      if (!admit_batch(*to.gauge, important))
        continue;
      if (kind == rtp::media_kind::audio)
        self->template send<caf::message_priority::high>(
            to.actor,
            media_arrived{from, batch, std::exchange(to.resumed, false),
                          to.gauge});
      else
        self->send(to.actor, media_arrived{from, batch, false, to.gauge, held});
    }
  }

  /// Sends a message to all of them.
  template <class Self, class Message>
  void send(Self* self, const Message& x) const {
    for (const auto& to : shards_)
      self->send(to.actor, x);
  }

  /// Calls `f(media_sink_actor)` for each of them.
  template <class F>
  void for_each(F f) const {
    for (const auto& x : shards_)
      f(x.actor);
  }

private:
  struct shard {
    media_sink_actor actor;
    std::shared_ptr<in_flight_gauge> gauge;
    bool everything = false; // a recorder
    bool resumed = false;    // its next batch says that packets were left out
    bool waiting = false;    // for a key frame
  };

  void count_recorders() {
    recorders_ = static_cast<size_t>(
        std::ranges::count(shards_, true, &shard::everything));
  }

  // They stay first, for all batches of the key frame, until others wait.
  void put_waiting_first() {
    std::ranges::stable_partition(shards_, &shard::waiting);
    for (auto& x : shards_)
      x.waiting = false;
    waiting_ = false;
  }

  static bool has_keyframe(const std::vector<rtp::media_packet>& batch) {
    return std::ranges::any_of(batch, [](const auto& x) { return x.keyframe; });
  }

  std::vector<shard> shards_;
  size_t recorders_ = 0;
  bool waiting_ = false; // any of them, for a key frame
};

} // namespace troupe::actors
