#pragma once

#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::session_event)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::room_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::session_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::peer_resumed)

namespace troupe::actors {

/// What rooms and peers may tell a session: the narrow way up.
using session_listener_actor = caf::typed_actor<
    // An event for the client.
    caf::reacts_to<session_event>,
    // What has happened in the room.
    caf::reacts_to<room_news>,
    // There is no peer for it any more: say why and close.
    caf::reacts_to<session_ended>,
    // Another peer is this session's. Comes before the answer to its join.
    caf::reacts_to<peer_resumed>>;

} // namespace troupe::actors
