#pragma once

#include "actors/base/local_messages.hpp"
#include "actors/cluster/cluster_messages.hpp"

#include <caf/actor_system.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// What another node's gateway has sent. Messages of rooms come as one variant.
template <class Message>
struct from_node {
  /// Never null.
  caf::strong_actor_ptr sender;
  Message what;
};

/// Another process sent a message that this version does not know.
struct unknown_message {};

/// Receives what other nodes send to the gateway.
using gateway_owner_actor = caf::typed_actor<
    caf::reacts_to<from_node<link_hello>>, caf::reacts_to<from_node<seen>>,
    caf::reacts_to<from_node<rooms_changed>>,
    caf::reacts_to<from_node<rooms_snapshot>>,
    caf::reacts_to<from_node<goodbye>>, caf::reacts_to<from_node<room_message>>,
    caf::reacts_to<from_node<admin_ask>>,
    caf::reacts_to<from_node<admin_answer>>,
    // Counts it.
    caf::reacts_to<unknown_message>>;

/// Ends the gateway. No other message does, not even CAF's exit message, which
/// any node could send.
struct end_gateway {};

/// The GATEWAY actor interface, as its own node sees it: the only actor that
/// other nodes can reach.
using gateway_actor = gateway_v1_actor::extend<caf::reacts_to<end_gateway>>;

/// Spawns the gateway. It passes on what other nodes send it and what belongs
/// to its interface; all else is dropped and counted before it reaches the
/// mailbox.
gateway_actor spawn_gateway(caf::actor_system& system,
                            const gateway_owner_actor& owner);

} // namespace troupe::actors
