#pragma once

#include "actors/messages.hpp"

#include <caf/typed_actor.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::burst)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::tuple_closed)

namespace troupe::actors {

/// What a transport takes from the sockets.
using burst_receiver_actor = caf::typed_actor<
    // The datagrams that one receive call brought for this transport.
    caf::reacts_to<burst>,
    // A TCP connection of this transport is gone.
    caf::reacts_to<tuple_closed>>;

} // namespace troupe::actors
