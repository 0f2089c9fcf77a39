#pragma once

#include "actors/base/messages.hpp"
#include "actors/stats/counters.hpp"

#include <caf/typed_actor.hpp>

namespace troupe::actors {

/// The first signs of use of a client's transport: it is connected, or media
/// arrives on it.
struct transport_in_use {
  transport_id transport;
  bool sends = false;
};

/// Whether a transport's client seems to have closed it. If so, the transport
/// ends soon; until then, requests that name no transport use another one.
struct transport_leaving {
  transport_id transport;
  bool leaving = false;
};

/// A transport's client is connected by this protocol, or by another one than
/// before.
struct transport_connected {
  transport_kind by = transport_kind::none;
};

/// Events that transports send to their peer.
using transport_listener_actor = caf::typed_actor<
    // How it is used, if the peer does not know its direction.
    caf::reacts_to<transport_in_use>,
    // Its client seems to have closed it.
    caf::reacts_to<transport_leaving>,
    // Media can flow.
    caf::reacts_to<transport_connected>>;

/// Events that consumers send to their peer.
using consumer_listener_actor = caf::typed_actor<
    // The producer is gone; the consumer ends itself.
    caf::reacts_to<consumer_ended>,
    // The producer was paused or resumed.
    caf::reacts_to<consumer_producer_paused>,
    // The score of the link or of the producer changed.
    caf::reacts_to<consumer_score_changed>,
    // Other layers are sent, or none.
    caf::reacts_to<consumer_layers_changed>>;

/// Events that producers send to their peer.
using producer_listener_actor = caf::typed_actor<
    // How well its encodings arrive.
    caf::reacts_to<producer_rated>,
    // The highest layer that any consumer wants; for the client, unchanged.
    caf::reacts_to<protocol::event::producer_layers_wanted>>;

} // namespace troupe::actors
