#pragma once

#include "actors/media/shard_actor.hpp"

#include <caf/actor_cast.hpp>

#include <memory>
#include <unordered_map>
#include <utility>
#include <variant>

namespace troupe::actors {

/// The producers to which a shard has subscribed, and what it asks of them.
/// `self` is the shard's actor.
class shard_producers {
public:
  /// Subscribes: a producer has its first consumer here. See
  /// shard_services for `everything`.
  template <class Self>
  void add(Self* self, const producer_actor& which, bool everything = false) {
    auto gauge = std::make_shared<in_flight_gauge>(max_waiting_batches);
    subscriptions_.insert_or_assign(producer_key{which->id()},
                                    subscription{which, gauge});
    self->send(which, subscribe{me(self), gauge, everything});
  }

  /// Ends the subscription: the producer's last consumer here is gone.
  template <class Self>
  void remove(Self* self, producer_key which) {
    auto i = subscriptions_.find(which);
    self->send(i->second.actor, unsubscribe{me(self)});
    subscriptions_.erase(i);
  }

  /// Whether a batch is of the present subscription to its producer. One of an
  /// earlier subscription was sent before the present one began: its consumers
  /// start with the replay and the batches that follow it.
  bool expects(const media_arrived& x) const {
    auto i = subscriptions_.find(x.producer);
    return i != subscriptions_.end() && i->second.gauge == x.gauge;
  }

  /// Passes on a request of the engine. Ignores it if the producer is gone.
  template <class Self>
  void pass_on(Self* self, shard_event& x) {
    auto i = subscriptions_.find(x.producer);
    if (i == subscriptions_.end())
      return;
    const auto& to = i->second.actor;
    if (auto* missing = std::get_if<packets_missing>(&x.what))
      self->send(
          to, restore_packets{me(self), x.consumer, std::move(missing->keys)});
    else if (const auto* layers = std::get_if<layers_wanted>(&x.what))
      self->send(to, *layers);
    else if (const auto* loss = std::get_if<consumer_loss>(&x.what))
      self->send(to, *loss);
    else if (const auto& wanted = std::get<rtp::keyframe_wanted>(x.what);
             wanted.start)
      self->send(to, start_wanted{me(self), x.consumer, wanted.encoding,
                                  wanted.incomplete});
    else
      self->send(to, wanted);
  }

private:
  struct subscription {
    producer_actor actor;
    std::shared_ptr<in_flight_gauge> gauge;
  };

  template <class Self>
  static media_sink_actor me(Self* self) {
    return caf::actor_cast<media_sink_actor>(self);
  }

  std::unordered_map<producer_key, subscription> subscriptions_;
};

} // namespace troupe::actors
