#pragma once

#include "actors/data/data_control.hpp"
#include "actors/sctp/sctp_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// The DATA PRODUCER actor interface: one data channel on which a client sends.
/// The actor handles lifetime and control; the messages pass through the sctp
/// actor. It ends when its client closes the channel.
using data_producer_actor = data_producer_events_actor::extend<
    // Takes its stream. Errors: bad_request, transport_not_found.
    caf::replies_to<begin_data>::with<done>,
    // Drops its messages while it is paused.
    caf::reacts_to<pause_data>,
    // Messages of a direct producer.
    caf::reacts_to<send_server_data>,
    // Ends it, and thereby its consumers.
    caf::reacts_to<close_data>,
    // Statistics of what was received.
    caf::replies_to<get_actor_stats>::with<protocol::reply::stats>>;

/// Parameters of a data producer.
struct data_producer_config {
  data_producer_id id;
  sctp_actor sctp;
  /// Nothing for a direct producer, through which the server itself sends.
  std::optional<transport_key> transport;
  net::sctp_stream_id stream = 0;
  bool paused = false;
  std::string label;
  std::string protocol;
  /// The timeout of requests to the sctp actor.
  std::chrono::milliseconds timeout{5'000};
};

data_producer_actor spawn_data_producer(caf::actor_system& system,
                                        data_producer_config settings);

/// The key of a data producer in the data switch.
inline data_producer_key key_of(const data_producer_actor& x) {
  return data_producer_key{x->id()};
}

} // namespace troupe::actors
