#pragma once

#include "actors/data/data_control.hpp"
#include "actors/media/media_listeners.hpp"
#include "actors/room/peer_handle.hpp"
#include "actors/room/room_actor.hpp"
#include "actors/transport/media_services.hpp"
#include "net/base/client_liveness.hpp"
#include "net/base/transport_tuple.hpp"

namespace troupe::actors {

/// An interface with one more handler for each of the verbs, which answers with
/// the verb's reply. A verb is refused as `internal`, without any effect, if it
/// is not done by the deadline.
template <class Interface, class... Verbs>
auto add_verbs(protocol::verb_list<Verbs...>) ->
    typename Interface::template extend<typename caf::replies_to<
        Verbs, request_deadline>::template with<typename Verbs::reply>...>;

/// What a peer receives besides verbs.
using peer_event_actor =
    peer_handle::extend_with<consumer_listener_actor>::extend_with<
        producer_listener_actor>::extend_with<transport_listener_actor>::
        extend_with<data_listener_actor>::extend<
            // Its session has ended because the connection is lost.
            caf::reacts_to<session_lost>>;

/// The PEER actor interface: one member of one room. It owns its transports,
/// producers and consumers, and carries out the verbs that concern them. Ids of
/// other peers' objects are unknown to it (docs/threats.md). It ends with its
/// session, unless that reports that the connection is lost.
using peer_actor =
    decltype(add_verbs<peer_event_actor>(protocol::peer_verbs{}));

/// Parameters of a peer.
struct peer_config {
  /// The address that the client's signaling reached: the first to announce.
  net::socket_address signaled_at;
  std::shared_ptr<const media_services> services;
  room_gate_actor gate;
  session_listener_actor session;
  /// For the log.
  client_facts client = {};
  /// Where its transports note that the client is alive, or null.
  std::shared_ptr<net::client_liveness> liveness = {};
};

/// Spawns a peer that has not joined yet.
peer_actor spawn_peer(caf::actor_system& system, peer_config settings);

} // namespace troupe::actors
