#pragma once

#include "actors/base/messages.hpp"

#include <caf/typed_actor.hpp>

namespace troupe::actors {

/// The BURST RECEIVER actor interface: what sockets send to a transport.
using burst_receiver_actor = caf::typed_actor<
    // The datagrams of one receive call for this transport.
    caf::reacts_to<burst>,
    // A TCP connection of this transport has closed.
    caf::reacts_to<tuple_closed>>;

} // namespace troupe::actors
