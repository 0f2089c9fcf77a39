#pragma once

#include "actors/media/shard_actor.hpp"

#include <unordered_map>
#include <utility>

namespace troupe::actors {

/// The actors of a shard's consumers. `self` is the shard's actor.
class shard_consumers {
public:
  void add(consumer_key which, consumer_id id, consumer_events_actor events) {
    actors_.emplace(which, entry{std::move(id), std::move(events)});
  }

  void remove(consumer_key which) {
    actors_.erase(which);
  }

  /// The id of a consumer, which must be here.
  const consumer_id& id_of(consumer_key which) const {
    return actors_.at(which).id;
  }

  /// Sends an event to a consumer's actor, unless the consumer is gone.
  template <class Self, class Event>
  void send(Self* self, consumer_key to, const Event& x) const {
    if (auto i = actors_.find(to); i != actors_.end())
      self->send(i->second.events, stream_event{x});
  }

private:
  struct entry {
    consumer_id id;
    consumer_events_actor events;
  };

  std::unordered_map<consumer_key, entry> actors_;
};

} // namespace troupe::actors
