#pragma once

#include "actors/data/data_control.hpp"
#include "actors/media/media_listeners.hpp"
#include "actors/peer/reply_of.hpp"
#include "actors/room/peer_handle.hpp"
#include "actors/room/room_actor.hpp"
#include "actors/transport/media_services.hpp"
#include "net/base/transport_tuple.hpp"

namespace troupe::actors {

/// Answers a verb with its reply. Refused as `internal`, without any effect, if
/// it is not done by the deadline.
template <class Verb>
using verb_handler = typename caf::replies_to<
    Verb, request_deadline>::template with<typename reply_of<Verb>::type>;

/// The part of a peer's interface that concerns data channels.
using peer_data_actor = data_listener_actor::extend<
    // Refused as forbidden if the peer may not publish, as unsupported on a
    // transport without SCTP.
    verb_handler<protocol::verb::produce_data>,
    // Refused as overloaded while the server admits nothing new, as forbidden
    // if the peer may not subscribe, as unsupported on a transport without
    // SCTP.
    verb_handler<protocol::verb::consume_data>,
    verb_handler<protocol::verb::pause_data_producer>,
    verb_handler<protocol::verb::resume_data_producer>,
    verb_handler<protocol::verb::close_data_producer>,
    verb_handler<protocol::verb::pause_data_consumer>,
    verb_handler<protocol::verb::resume_data_consumer>,
    verb_handler<protocol::verb::close_data_consumer>,
    verb_handler<protocol::verb::set_data_subchannels>,
    verb_handler<protocol::verb::add_data_subchannel>,
    verb_handler<protocol::verb::remove_data_subchannel>,
    verb_handler<protocol::verb::set_data_low_threshold>,
    verb_handler<protocol::verb::get_data_buffered>,
    verb_handler<protocol::verb::list_data_producers>>;

/// The PEER actor interface: one member of one room. It owns its transports,
/// producers and consumers, and carries out the verbs that concern them. Ids of
/// other peers' objects are unknown to it (docs/threats.md). It ends with its
/// session, unless that reports that the connection is lost.
using peer_actor = peer_handle::extend_with<
    consumer_listener_actor>::extend_with<producer_listener_actor>::
    extend_with<transport_listener_actor>::extend_with<peer_data_actor>::extend<
        // Its session has ended because the connection is lost.
        caf::reacts_to<session_lost>,
        // Joins the room; all other verbs need that. Errors: already_joined,
        // and those of the gate.
        verb_handler<protocol::verb::join>,
        // Shows a member that joined hidden. What concerns others needs that.
        verb_handler<protocol::verb::announce>,
        verb_handler<protocol::verb::set_display_name>,
        verb_handler<protocol::verb::create_transport>,
        verb_handler<protocol::verb::connect_transport>,
        verb_handler<protocol::verb::restart_ice>,
        // Refused as forbidden if the peer may not publish.
        verb_handler<protocol::verb::produce>,
        // Refused as overloaded while the server admits nothing new, as
        // forbidden if the peer may not subscribe.
        verb_handler<protocol::verb::consume>,
        verb_handler<protocol::verb::pause_producer>,
        verb_handler<protocol::verb::resume_producer>,
        verb_handler<protocol::verb::close_producer>,
        verb_handler<protocol::verb::pause_consumer>,
        verb_handler<protocol::verb::resume_consumer>,
        verb_handler<protocol::verb::close_consumer>,
        verb_handler<protocol::verb::set_preferred_layers>,
        verb_handler<protocol::verb::set_consumer_priority>,
        verb_handler<protocol::verb::request_key_frame>,
        verb_handler<protocol::verb::list_producers>,
        verb_handler<protocol::verb::get_stats>,
        // A moderator's verbs. Errors: forbidden, bad_request.
        verb_handler<protocol::verb::kick>, verb_handler<protocol::verb::mute>,
        verb_handler<protocol::verb::lock_room>,
        verb_handler<protocol::verb::end_room>>;

/// Parameters of a peer.
struct peer_config {
  /// The address that the client's signaling reached: the first to announce.
  net::socket_address signaled_at;
  std::shared_ptr<const media_services> services;
  room_gate_actor gate;
  session_listener_actor session;
};

/// Spawns a peer that has not joined yet.
peer_actor spawn_peer(caf::actor_system& system, peer_config settings);

} // namespace troupe::actors
