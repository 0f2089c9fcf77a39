#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/base/tick_queue.hpp"
#include "actors/fan_out/consumer_explanation.hpp"
#include "actors/fan_out/fan_out.hpp"
#include "actors/load/overload_state_board.hpp"
#include "actors/media/producer_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// An event of a consumer's stream: how well the receiver gets it has changed;
/// other layers are being sent, or none; the producer was paused or resumed, or
/// its streams arrive better or worse than before. All kinds are one message:
/// each handler costs every consumer some 40 octets.
struct stream_event {
  std::variant<rtp::consumer_score_changed, rtp::layers_changed,
               producer_paused, producer_score_changed>
      what;
};

/// Events that a shard sends to a consumer's actor.
using consumer_events_actor = caf::typed_actor<
    // Notes it, and notifies the listener of what the client is to know.
    caf::reacts_to<stream_event>>;

/// The keys for a transport's sending half; null once DTLS is over.
struct set_transport_srtp {
  transport_key transport{};
  std::shared_ptr<net::srtp_sender> srtp;
};

/// The path on which a transport sends; nothing while there is none.
struct set_transport_path {
  transport_key transport{};
  std::optional<net::transport_tuple> path;
};

/// Instead of both: what a plain transport sends through. Never null.
struct set_plain_sender {
  transport_key transport{};
  std::shared_ptr<packet_sender> sender;
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

/// Nothing more is sent on a transport with this SSRC.
struct transport_source_ended {
  transport_key transport{};
  rtp::ssrc source{};
};

/// Adds a consumer's stream.
struct add_shard_consumer {
  consumer_id id;
  shard_consumer consumer; // the shard sets `from` and `shed_rank`
  producer_actor producer;
  consumer_events_actor events;
};

struct remove_shard_consumer {
  consumer_key consumer{};
};

/// Moves the stream to another transport of its client. Sent by the consumer's
/// actor only.
struct move_shard_consumer {
  consumer_key consumer{};
  transport_key to{};
};

/// A client's RTCP feedback on one consumer's stream.
struct consumer_feedback {
  consumer_key consumer{};
  std::variant<rtp::nack_received, rtp::keyframe_request_received,
               rtp::report_block_received>
      what;
};

/// A client's transport-wide feedback.
struct arrivals_reported {
  net::buffer_ptr compound; // of which `feedback` is a view
  rtp::rtcp::transport_cc feedback;
};

/// One item of feedback on what is sent to the client.
using feedback_item =
    std::variant<consumer_feedback, rtp::remb_received, arrivals_reported>;

/// The feedback on the packets sent to a client in the compound RTCP packets
/// that its transport took together: a single message, however much a client
/// puts into a compound and however many it sends at once.
struct transport_feedback {
  transport_key transport{};
  std::vector<feedback_item> items;
  /// The transport's gauge, which admitted the compounds. Never null.
  std::shared_ptr<in_flight_gauge> gauge;
  size_t compounds = 1;
};

/// What a client asks of a stream that it receives.
using stream_command =
    std::variant<pause_consumer, resume_consumer, request_key_frame,
                 protocol::verb::set_preferred_layers,
                 protocol::verb::set_priority>;

/// A command to a consumer's actor, which passes it on for its forwarder.
struct control_consumer {
  consumer_key consumer{};
  stream_command what;
};

/// Requests a consumer's statistics, under this id.
struct get_consumer_stats {
  consumer_key consumer{};
  consumer_id id;
};

/// Asks why a consumer receives what it does.
struct explain_shard_consumer {
  consumer_key consumer{};
};

/// Requests the statistics of a transport's sending half.
struct get_sender_stats {
  transport_key transport{};
};

/// INTERNAL: the timers of the forwarders; a flush after the messages in the
/// mailbox; delayed packets may be sent.
struct shard_tick {};
struct shard_flush {};
struct pacing_tick {};

/// The SHARD actor interface: the part of a room's fan-out that runs together.
/// It runs the forwarders of the consumers and the sending halves of the
/// transports of some of the room's peers, whose actors keep control and
/// lifetime (docs/adr/0010).
///
/// Invariant: one sender per key. Messages that add, change, move or remove a
/// consumer come from the consumer's own actor, and likewise for a transport:
/// messages of one sender keep their order, so none overtakes the one that
/// adds. Messages of others (RTCP feedback, queries) may come early or late and
/// are ignored, or refused, if the key is unknown.
using shard_actor = media_sink_actor::extend<
    caf::reacts_to<set_transport_srtp>, caf::reacts_to<set_transport_path>,
    caf::reacts_to<set_plain_sender>, caf::reacts_to<remove_transport>,
    // Sends it after what is already queued.
    caf::reacts_to<transport_rtcp>, caf::reacts_to<transport_source_ended>,
    caf::reacts_to<transport_feedback>,
    // Subscribes to the producer, unless another consumer here has.
    caf::reacts_to<add_shard_consumer>, caf::reacts_to<remove_shard_consumer>,
    caf::reacts_to<move_shard_consumer>, caf::reacts_to<control_consumer>,
    // Empty if the consumer is gone.
    caf::replies_to<get_consumer_stats>::with<protocol::reply::stats>,
    // Without the ids; an error if the consumer is gone.
    caf::replies_to<explain_shard_consumer>::with<consumer_explanation>,
    caf::replies_to<get_sender_stats>::with<sender_stats>,
    // Answers in its turn.
    caf::replies_to<fence>::with<done>,
    // INTERNAL
    caf::reacts_to<shard_tick>, caf::reacts_to<shard_flush>,
    caf::reacts_to<pacing_tick>>;

/// What a shard needs from its node.
struct shard_services {
  /// Sends media from any thread; outlives the shard.
  net::datagram_sink* out = nullptr;
  /// The load and the overload state.
  std::shared_ptr<overload_state_board> load =
      std::make_shared<overload_state_board>();
  shedding_limits shedding = {};
  /// Runs its timers; null leaves those to CAF's clock.
  tick_queue* ticks = nullptr;
  /// It is sent audio also of those who are not among the loudest.
  bool everything = false;
};

/// Spawns a shard of the room with this `ranking`. It ends with `owner`.
shard_actor spawn_shard(caf::actor_system& system, shard_services services,
                        std::shared_ptr<speech_ranking> ranking,
                        const caf::actor_addr& owner);

} // namespace troupe::actors
