#pragma once

#include "actors/edge_gauge.hpp"
#include "actors/load_board.hpp"
#include "actors/peer_listener.hpp"
#include "actors/room_floor.hpp"
#include "actors/room_voices.hpp"
#include "actors/rtp_messages.hpp"
#include "actors/score_board.hpp"
#include "actors/tick_queue.hpp"
#include "rtp/forwarder.hpp"
#include "rtp/receiver.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// A shard has a first consumer of this producer and wants its packets.
struct subscribe {
  media_sink_actor shard;
  std::shared_ptr<flow_gauge> gauge;
};

/// The last one is gone.
struct unsubscribe {
  media_sink_actor shard;
};

/// The highest spatial layer that consumers in a shard want; nothing for none.
struct want_layers {
  media_sink_actor shard;
  std::optional<uint8_t> highest;
};

/// The worst loss that consumers in a shard have reported lately, in 1/256.
struct consumer_loss_reported {
  media_sink_actor shard;
  uint8_t fraction_lost = 0;
};

/// Its client sends it on another transport than it was thought to.
struct move_producer {
  rtcp_sender_actor transport;
};

/// A consumer's receiver has lost packets.
struct restore_packets {
  media_sink_actor shard;
  consumer_key consumer{};
  std::vector<rtp::packet_key> keys;
};

/// A consumer begins or goes on, and has nothing to decode yet.
struct start_wanted {
  media_sink_actor shard;
  consumer_key consumer{};
  uint8_t encoding = 0;
  bool incomplete = false; // see rtp::keyframe_wanted
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::rtp::keyframe_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::subscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::unsubscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::want_layers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::consumer_loss_reported)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::move_producer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::restore_packets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::start_wanted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pause_producer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::resume_producer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::close_producer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producer_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::demand_tick)

namespace troupe::actors {

/// The PRODUCER actor interface: one track that a client sends.
using producer_actor = rtp_sink_actor::extend<
    // Adds a shard; it is told of pause and the latest sender reports.
    caf::reacts_to<subscribe>,
    // Forgets it; one that ends is forgotten by itself.
    caf::reacts_to<unsubscribe>,
    // Tells the client, where layers need not be sent any more, or again.
    caf::reacts_to<want_layers>,
    // Reports it to a client whose codec can add redundancy.
    caf::reacts_to<consumer_loss_reported>,
    // Sends its RTCP there from now on.
    caf::reacts_to<move_producer>,
    // Looks packets up for a consumer's retransmission.
    caf::reacts_to<restore_packets>,
    // Replays the last group of pictures to a consumer; where that cannot be,
    // it is a wish for a key frame.
    caf::reacts_to<start_wanted>,
    // A consumer needs a key frame; such wishes are brought together.
    caf::reacts_to<rtp::keyframe_wanted>, caf::reacts_to<pause_producer>,
    caf::reacts_to<resume_producer>,
    // Ends the producer, and thereby its consumers.
    caf::reacts_to<close_producer>,
    // Statistics of the streams received.
    caf::replies_to<get_actor_stats>::with<protocol::reply::stats>,
    // INTERNAL: NACK, report and key-frame timers.
    caf::reacts_to<producer_tick>,
    // INTERNAL: fewer layers have been wanted for a while.
    caf::reacts_to<demand_tick>>;

/// What a producer is made of.
struct producer_config {
  producer_id id;
  rtp::receiver::config engine;
  rtcp_sender_actor transport;
  /// Told how loud audio is; null where nobody wants to know.
  std::shared_ptr<actors::voice> voice = {};
  /// Wakes it; null leaves that to CAF's clock.
  tick_queue* ticks = nullptr;
  /// Told how well it arrives; null where nobody wants to know.
  producer_listener_actor listener = {};
  /// Where it publishes what it counts.
  std::shared_ptr<load_board> load = std::make_shared<load_board>();
  /// Decides whether audio is forwarded; null where all is.
  std::shared_ptr<room_floor> floor = {};
  /// Where it publishes how well it arrives; null where nobody wants to know.
  std::shared_ptr<score_board> scores = {};
  /// Counts what is under way from its transport, which asks it before it
  /// sends.
  std::shared_ptr<edge_gauge> arrivals =
      std::make_shared<edge_gauge>(max_waiting_packets);
};

producer_actor spawn_producer(caf::actor_system& system,
                              producer_config settings);

} // namespace troupe::actors
