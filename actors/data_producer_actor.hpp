#pragma once

#include "actors/data_control.hpp"
#include "actors/sctp_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// The DATA PRODUCER actor interface: one data channel by which a client
/// speaks. The actor is its life and its control; its messages pass through
/// the sctp actor. It ends when its client closes the channel.
using data_producer_actor = data_producer_events_actor::extend<
    // Takes its stream. Errors: bad_request, where that is another's.
    caf::replies_to<begin_data>::with<done>,
    // Its messages are dropped meanwhile.
    caf::reacts_to<pause_data>,
    // Messages of a direct one.
    caf::reacts_to<speak_data>,
    // Ends it, and thereby its consumers.
    caf::reacts_to<close_data>,
    // Statistics of what has come.
    caf::replies_to<get_actor_stats>::with<protocol::reply::stats>>;

/// What a data producer is made of.
struct data_producer_config {
  data_producer_id id;
  sctp_actor sctp;
  /// Nothing for a direct one, in whose name the server itself speaks.
  std::optional<transport_key> transport;
  net::sctp_stream_id stream = 0;
  bool paused = false;
  std::string label;
  std::string protocol;
  /// For answers of the sctp actor.
  std::chrono::milliseconds timeout{5'000};
};

data_producer_actor spawn_data_producer(caf::actor_system& system,
                                        data_producer_config settings);

/// By which name the switch knows it.
inline data_producer_key key_of(const data_producer_actor& x) {
  return data_producer_key{x->id()};
}

} // namespace troupe::actors
