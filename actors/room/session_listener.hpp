#pragma once

#include "actors/base/messages.hpp"

#include <caf/typed_actor.hpp>

namespace troupe::actors {

/// The SESSION LISTENER actor interface: the upward handle of rooms and peers.
using session_listener_actor = caf::typed_actor<
    // An event for the client.
    caf::reacts_to<session_event>,
    // Events of the room.
    caf::reacts_to<room_events>,
    // The session has lost its peer: it notifies the client and closes.
    caf::reacts_to<session_ended>,
    // Its client's wait in a lobby has ended.
    caf::reacts_to<knock_ended>,
    // Another peer is this session's. Arrives before the response to its join.
    caf::reacts_to<peer_resumed>>;

} // namespace troupe::actors
