#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/media/producer_actor.hpp"
#include "actors/media/shard_actor.hpp"
#include "rtp/receive/demuxer.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// A producer whose packets arrive on this transport.
struct add_transport_producer {
  producer_id id;
  rtp::producer_identity identity;
  rtp::feedback_kinds feedback;
  rtp_sink_actor producer;
  /// The sender SSRC of our RTCP about it.
  rtp::ssrc reporter{};
  /// Counts what is in flight to the producer; the same one on whatever
  /// transport the producer is. Never null.
  std::shared_ptr<in_flight_gauge> gauge = {};
};

struct remove_transport_producer {
  producer_id id;
};

/// A consumer whose stream is sent on this transport.
struct add_transport_consumer {
  consumer_key consumer{};
  std::vector<rtp::ssrc> ssrcs; // media and RTX
};

struct remove_transport_consumer {
  consumer_key consumer{};
};

/// The TRANSPORT actor interface: what a transport of any kind does for the
/// producers and consumers on it.
using transport_actor = rtcp_sender_actor::extend<
    // Routes a producer's packets. Errors: unsupported, if its SSRC or MID
    // belongs to another producer.
    caf::replies_to<add_transport_producer>::with<done>,
    caf::reacts_to<remove_transport_producer>,
    // Routes RTCP to a consumer.
    caf::reacts_to<add_transport_consumer>,
    caf::reacts_to<remove_transport_consumer>,
    // Closes the connection to the client and ends.
    caf::reacts_to<close_transport>,
    // Statistics of the transport and its selected candidate pair.
    caf::replies_to<get_actor_stats>::with<protocol::reply::stats>,
    // INTERNAL: its timers.
    caf::reacts_to<transport_tick>>;

} // namespace troupe::actors
