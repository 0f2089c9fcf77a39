#pragma once

#include "actors/media/shard_actor.hpp"

#include <unordered_map>

namespace troupe::actors {

/// The actors of a shard's consumers. `self` is the shard's actor.
class shard_consumers {
public:
  void add(consumer_key which, const consumer_events_actor& events) {
    actors_.emplace(which, events);
  }

  void remove(consumer_key which) {
    actors_.erase(which);
  }

  /// Sends an event to a consumer's actor, unless the consumer is gone.
  template <class Self, class Event>
  void send(Self* self, consumer_key to, const Event& x) const {
    if (auto i = actors_.find(to); i != actors_.end())
      self->send(i->second, stream_event{x});
  }

private:
  std::unordered_map<consumer_key, consumer_events_actor> actors_;
};

} // namespace troupe::actors
