#pragma once

#include "actors/cluster/room_messages.hpp"
#include "actors/data/data_producer_actor.hpp"

namespace troupe::actors {

/// A message of a relay for the room on the producer's node.
struct data_relay_says {
  uint64_t relay = 0;
  room_message what;
};

/// Nobody has consumed the relay for some seconds.
struct data_relay_idle {
  uint64_t relay = 0;
};

/// The other node broke a rule.
struct data_relay_violated {
  uint64_t relay = 0;
};

/// What a relay tells its room.
using data_relay_listener_actor =
    caf::typed_actor<caf::reacts_to<data_relay_says>,
                     caf::reacts_to<data_relay_idle>,
                     caf::reacts_to<data_relay_violated>>;

/// INTERNAL to a relay: credit is due, or it is time to look whether anybody
/// consumes it.
struct data_relay_tick {};

/// The other node's link is new: what is missing is asked for.
struct resume_data_relay {};

/// The DATA RELAY actor interface: stands for a data producer on another node,
/// as a direct producer. Ends when told, and after the last message.
using data_relay_actor = data_producer_actor::extend<
    // The producer's messages, and their end.
    caf::reacts_to<data_relay>, caf::reacts_to<data_relay_over>,
    caf::reacts_to<resume_data_relay>,
    // INTERNAL: see the struct.
    caf::reacts_to<data_relay_tick>>;

/// Parameters of a relay.
struct data_relay_config {
  std::string room;
  data_producer_id id;
  /// want_data::relay.
  uint64_t relay = 0;
  sctp_actor sctp;
  bool paused = false;
  std::string label;
  std::string protocol;
  /// The timeout of requests to the sctp actor.
  std::chrono::milliseconds timeout{5'000};
  data_relay_listener_actor listener;
};

/// Spawns a relay. It wants the producer's messages as soon as it has begun.
data_relay_actor spawn_data_relay(caf::actor_system& system,
                                  data_relay_config settings);

} // namespace troupe::actors
