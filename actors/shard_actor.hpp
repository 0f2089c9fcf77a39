#pragma once

#include "actors/consumer_explanation.hpp"
#include "actors/edge_gauge.hpp"
#include "actors/load_board.hpp"
#include "actors/media_shard.hpp"
#include "actors/producer_actor.hpp"
#include "actors/tick_queue.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// What a consumer actor hears from its shard.
using consumer_events_actor = caf::typed_actor<
    // How well the receiver gets the stream changed.
    caf::reacts_to<rtp::consumer_score_changed>,
    // Other layers are being sent, or none.
    caf::reacts_to<rtp::layers_changed>,
    // The producer stopped or went on.
    caf::reacts_to<producer_paused>,
    // How well the producer's source reaches us changed.
    caf::reacts_to<producer_score_changed>>;

/// The keys for a transport's sending half; null once DTLS is over.
struct set_transport_srtp {
  transport_key transport{};
  std::shared_ptr<net::srtp_sender> srtp;
};

/// Where a transport sends to; nothing while there is no way.
struct set_transport_path {
  transport_key transport{};
  std::optional<net::transport_tuple> path;
};

/// The transport has ended.
struct remove_transport {
  transport_key transport{};
};

/// A compound RTCP packet for a transport's client.
struct transport_rtcp {
  transport_key transport{};
  std::vector<uint8_t> packet;
};

/// Nothing more is sent on a transport under this SSRC.
struct transport_source_ended {
  transport_key transport{};
  rtp::ssrc source{};
};

/// A consumer's stream begins here.
struct add_shard_consumer {
  consumer_id id;
  shard_consumer consumer; // `from` and `lot` follow from the others
  producer_actor producer;
  consumer_events_actor events;
};

struct remove_shard_consumer {
  consumer_key consumer{};
};

/// Its stream goes out on another transport of its client. Sent by the
/// consumer's actor only.
struct move_shard_consumer {
  consumer_key consumer{};
  transport_key to{};
};

/// What a client's RTCP says of one consumer's stream.
struct consumer_feedback {
  consumer_key consumer{};
  std::variant<rtp::nack_received, rtp::keyframe_request_received,
               rtp::report_block_received>
      what;
};

/// One thing that a compound says of what is sent to the client.
using feedback_item = std::variant<consumer_feedback, rtp::remb_received,
                                   rtp::transport_feedback_received>;

/// What one compound RTCP packet of a client says of the packets sent to it: a
/// single message, however much a client puts into a compound.
struct transport_feedback {
  transport_key transport{};
  net::buffer_ptr compound; // that transport-wide feedback is a view of
  std::vector<feedback_item> items;
  /// The transport's, which admitted this. Never null.
  std::shared_ptr<edge_gauge> gauge;
};

/// What a consumer actor wants of its forwarder.
struct control_consumer {
  struct pause {};
  struct resume {};
  struct request_key_frame {};
  struct set_preferred_layers {
    rtp::layers preferred;
  };
  struct set_priority {
    uint8_t priority = 1;
  };

  consumer_key consumer{};
  std::variant<pause, resume, request_key_frame, set_preferred_layers,
               set_priority>
      what;
};

/// Asks for a consumer's statistics.
struct get_consumer_stats {
  consumer_key consumer{};
};

/// Asks why a consumer gets what it gets.
struct explain_shard_consumer {
  consumer_key consumer{};
};

/// Asks for those of a transport's sending half.
struct get_sender_stats {
  transport_key transport{};
};

/// INTERNAL: the timers of the forwarders; the end of what is in the mailbox;
/// something that was held back may go.
struct shard_tick {};
struct shard_flush {};
struct pacing_tick {};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::rtp::consumer_score_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::rtp::layers_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::set_transport_srtp)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::set_transport_path)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::remove_transport)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::transport_rtcp)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::transport_source_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::transport_feedback)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::add_shard_consumer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::remove_shard_consumer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::move_shard_consumer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::control_consumer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_consumer_stats)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::explain_shard_consumer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::consumer_explanation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::get_sender_stats)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::sender_stats)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::shard_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::shard_flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pacing_tick)

namespace troupe::actors {

/// The SHARD actor interface: the part of a room's fan-out that runs together.
/// It runs the forwarders of the consumers and the sending halves of the
/// transports of some of the room's peers, whose actors keep control and
/// lifetime (docs/adr/0010).
///
/// Invariant: one sender per key. Whatever adds, changes, moves or removes a
/// consumer comes from the consumer's own actor, and likewise for a transport:
/// messages of one sender keep their order, so none overtakes the one that
/// adds. Messages of others (RTCP feedback, queries) may come early or late
/// and are ignored, or refused, where the key is unknown.
using shard_actor = media_sink_actor::extend<
    caf::reacts_to<set_transport_srtp>, caf::reacts_to<set_transport_path>,
    caf::reacts_to<remove_transport>,
    // Sends it, after what already waits.
    caf::reacts_to<transport_rtcp>, caf::reacts_to<transport_source_ended>,
    caf::reacts_to<transport_feedback>,
    // Subscribes to the producer for it, if nobody here has.
    caf::reacts_to<add_shard_consumer>, caf::reacts_to<remove_shard_consumer>,
    caf::reacts_to<move_shard_consumer>, caf::reacts_to<control_consumer>,
    // Empty for one that is gone.
    caf::replies_to<get_consumer_stats>::with<protocol::reply::stats>,
    // Without its producer; an error for one that is gone.
    caf::replies_to<explain_shard_consumer>::with<consumer_explanation>,
    caf::replies_to<get_sender_stats>::with<sender_stats>,
    // INTERNAL
    caf::reacts_to<shard_tick>, caf::reacts_to<shard_flush>,
    caf::reacts_to<pacing_tick>>;

/// What a shard works with.
struct shard_services {
  /// Sends media, from any thread; outlives the shard.
  net::datagram_sink* out = nullptr;
  /// What the load is, and what may still be done.
  std::shared_ptr<load_board> load = std::make_shared<load_board>();
  shedding_limits shedding = {};
  /// Wakes it; null leaves that to CAF's clock.
  tick_queue* ticks = nullptr;
};

/// Spawns a shard of the room with those voices. It ends with `owner`.
shard_actor spawn_shard(caf::actor_system& system, shard_services services,
                        std::shared_ptr<room_voices> voices,
                        const caf::actor_addr& owner);

} // namespace troupe::actors
