#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/io/burst_receiver.hpp"
#include "actors/media/media_listeners.hpp"
#include "actors/media/producer_actor.hpp"
#include "actors/media/shard_actor.hpp"
#include "actors/sctp/data_messages.hpp"
#include "actors/transport/media_services.hpp"
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
  consumer_id id;
  std::vector<rtp::ssrc> ssrcs; // media and RTX
  consumer_key consumer{};
};

struct remove_transport_consumer {
  consumer_id id;
};

/// The TRANSPORT actor interface: one client's ICE, DTLS and the receiving
/// half of SRTP. The sending half is its shard's.
using transport_actor = burst_receiver_actor::extend_with<rtcp_sender_actor>::
    extend_with<data_transport_actor>::extend<
        // The server's half, to be signaled.
        caf::replies_to<get_transport_parameters>::with<transport_parameters>,
        // Starts DTLS once ICE has a path. Errors: wrong_state, bad_request.
        caf::replies_to<connect_dtls>::with<done>,
        // New ICE credentials; media continues meanwhile.
        caf::replies_to<restart_transport_ice>::with<transport_parameters>,
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
        // INTERNAL: the timers of ICE, DTLS and feedback.
        caf::reacts_to<transport_tick>>;

/// Parameters of a transport.
struct transport_config {
  transport_id id;
  std::shared_ptr<const media_services> services;
  shard_actor shard;
  /// Whether it carries data channels.
  bool sctp = false;
  /// Is notified when the client seems to leave the transport.
  transport_listener_actor listener = {};
  /// The listener does not know how the client will use it, and is notified.
  bool undirected = false;
  /// Shared by all of the client's transports.
  std::shared_ptr<data_backlog> backlog = {};
};

transport_actor spawn_transport(caf::actor_system& system,
                                transport_config settings);

} // namespace troupe::actors
