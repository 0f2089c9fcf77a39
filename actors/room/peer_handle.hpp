#pragma once

#include "actors/fan_out/consumer_explanation.hpp"
#include "actors/media/rtp_messages.hpp"
#include "actors/room/session_listener.hpp"

#include <caf/typed_actor.hpp>

namespace troupe::actors {

/// Requests the W3C webrtc-stats dictionaries of all transports, producers and
/// consumers of a peer.
struct get_peer_stats {};

/// Asks a peer why one of its consumers receives what it does.
struct explain_consumer {
  consumer_id consumer;
};

/// The user is back on another connection; has the facts of its new join.
struct adopt_session {
  session_listener_actor session;
  net::socket_address signaled_at;
  std::optional<protocol::rtp_capabilities> capabilities;
  protocol::participant_rights rights;
  bool hidden = false;
  /// The peer by which that connection's session joined. It identifies the
  /// join: one session can join several times.
  uint64_t joiner = 0;
};

/// A room's handle of a member's actor: what moderators can do to it.
using peer_handle = caf::typed_actor<
    // Ends the peer with everything that it owns.
    caf::reacts_to<close_peer>,
    // The same; its session is sent the reason.
    caf::reacts_to<dismiss_peer>,
    // Continues with another connection.
    caf::reacts_to<adopt_session>,
    // Pauses its producers.
    caf::reacts_to<mute_peer>,
    // Passes the event on to its client.
    caf::reacts_to<notify_peer>,
    // Statistics of all its transports, producers and consumers.
    caf::replies_to<get_peer_stats>::with<protocol::reply::stats>,
    // Errors: consumer_not_found.
    caf::replies_to<explain_consumer>::with<consumer_explanation>>;

} // namespace troupe::actors
