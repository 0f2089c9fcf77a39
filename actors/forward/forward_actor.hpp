#pragma once

#include "actors/base/member_name.hpp"
#include "actors/forward/forward_messages.hpp"
#include "actors/media/media_listeners.hpp"
#include "actors/media/producer_entry.hpp"
#include "actors/media/shard_actor.hpp"
#include "actors/transport/media_services.hpp"
#include "net/base/result.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// Sends this producer from now on, in place of another one of its kind.
struct forward_producer {
  producer_entry entry;
  protocol::rtp_parameters signaled;
};

/// Asks for a key frame.
struct request_forward_key_frame {};

/// Ends the forward.
struct close_forward {};

/// The FORWARD actor interface: sends the tracks of one member to one address.
/// It has a plain transport for each kind, and a shard of its own for their
/// consumers, so that members notice nothing of it.
using forward_actor =
    consumer_listener_actor::extend<caf::reacts_to<forward_producer>,
                                    caf::reacts_to<request_forward_key_frame>,
                                    caf::reacts_to<close_forward>>;

/// What forwards need of their node.
struct forward_services {
  std::shared_ptr<const media_services> media;
  /// How many there may be.
  std::shared_ptr<quota> limit;
};

/// How many forwards a node has at most. Each takes two ports for each kind.
inline constexpr uint32_t max_forwards = 256;

/// Parameters of a forward.
struct forward_config {
  std::shared_ptr<const media_services> media;
  shard_services shards;
  /// Of the room, for overload.
  std::shared_ptr<speech_ranking> ranking;
  /// The room, with which it ends.
  caf::actor_addr owner;
  std::vector<protocol::media_kind> kinds;
  net::socket_address to;
  /// Its quota token.
  std::shared_ptr<void> quota_token = {};
  /// For the log.
  member_name member = {};
};

/// Spawns a forward. Fails if no port can be bound.
net::result<forward_actor> spawn_forward(caf::actor_system& system,
                                         forward_config settings);

} // namespace troupe::actors
