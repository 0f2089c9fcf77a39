#pragma once

#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::close_peer)

namespace troupe::actors {

/// What a room knows of a member's actor: that it can be ended.
using peer_handle = caf::typed_actor<
    // Ends the peer with all that is its.
    caf::reacts_to<close_peer>>;

} // namespace troupe::actors
