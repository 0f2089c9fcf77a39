#pragma once

#include "actors/base/in_flight_gauge.hpp"
#include "actors/base/tick_queue.hpp"
#include "actors/load/overload_state_board.hpp"
#include "actors/media/media_listeners.hpp"
#include "actors/media/rtp_messages.hpp"
#include "actors/media/score_board.hpp"
#include "actors/speech/loudest_speakers.hpp"
#include "actors/speech/speech_activity.hpp"
#include "rtp/receive/receiver.hpp"
#include "rtp/send/forwarder.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// A shard has a first consumer of this producer and wants its packets.
struct subscribe {
  media_sink_actor shard;
  std::shared_ptr<in_flight_gauge> gauge;
  /// A recorder, which also wants the audio that is left out since others are
  /// louder. It is no part of the audience.
  bool everything = false;
};

/// The shard's last consumer is gone.
struct unsubscribe {
  media_sink_actor shard;
};

/// Its client sends it on another transport than assumed.
struct move_producer {
  rtcp_sender_actor transport;
};

/// Its sender begins anew, with the same SSRCs and other sequence numbers.
struct restart_sources {};

/// A consumer's receiver has lost packets.
struct restore_packets {
  media_sink_actor shard;
  consumer_key consumer{};
  std::vector<rtp::packet_key> keys;
};

/// Packets of audio will be looked up, too: a trunk requests repairs of it.
struct keep_packets {};

/// A consumer starts or resumes, and has nothing to decode yet.
struct start_wanted {
  media_sink_actor shard;
  consumer_key consumer{};
  uint8_t encoding = 0;
  bool incomplete = false; // see rtp::keyframe_wanted
};

/// The PRODUCER actor interface: one track that a client sends.
using producer_actor = rtp_sink_actor::extend<
    // Adds a shard; sends it the pause state and the latest sender reports.
    caf::reacts_to<subscribe>,
    // Removes a shard; one that ends is removed by itself.
    caf::reacts_to<unsubscribe>,
    // Notifies the client of layers that it may stop sending, or must resume.
    // Counts for the shard that sends it.
    caf::reacts_to<layers_wanted>,
    // Reports the loss to a client whose codec can add redundancy. Counts for
    // the shard that sends it.
    caf::reacts_to<consumer_loss>,
    // Sends its RTCP by this transport from now on.
    caf::reacts_to<move_producer>,
    // Takes the next packets as the first ones.
    caf::reacts_to<restart_sources>,
    // Looks packets up for a consumer's retransmission.
    caf::reacts_to<restore_packets>,
    // Stores packets for that from now on.
    caf::reacts_to<keep_packets>,
    // Replays the last group of pictures to a consumer, or requests a key frame
    // if that is impossible.
    caf::reacts_to<start_wanted>,
    // A consumer needs a key frame; such requests are merged.
    caf::reacts_to<rtp::keyframe_wanted>, caf::reacts_to<pause_producer>,
    caf::reacts_to<resume_producer>,
    // Ends the producer and its consumers.
    caf::reacts_to<close_producer>,
    // Ends it only if no shard has subscribed.
    caf::reacts_to<close_unused_producer>,
    // Answers in its turn.
    caf::replies_to<fence>::with<done>,
    // Statistics of the streams received.
    caf::replies_to<get_actor_stats>::with<protocol::reply::stats>,
    // INTERNAL: NACK, report and key-frame timers.
    caf::reacts_to<producer_tick>,
    // INTERNAL: packets have waited long enough for the end of their frame.
    caf::reacts_to<hold_tick>,
    // INTERNAL: fewer layers have been wanted for a while.
    caf::reacts_to<demand_tick>,
    // INTERNAL: fewer encodings have been attended for a while.
    caf::reacts_to<attention_tick>>;

/// Parameters of a producer.
struct producer_config {
  producer_id id;
  rtp::receiver::config engine;
  rtcp_sender_actor transport;
  /// Receives the audio levels; may be null.
  std::shared_ptr<actors::speech_activity> speech = {};
  /// Runs its timers; null leaves those to CAF's clock.
  tick_queue* ticks = nullptr;
  /// Is notified of scores and wanted layers; may be null.
  producer_listener_actor listener = {};
  /// Receives what it counts.
  std::shared_ptr<overload_state_board> load =
      std::make_shared<overload_state_board>();
  /// Decides whether audio is forwarded; null forwards all.
  std::shared_ptr<loudest_speakers> loudest = {};
  /// Receives its scores; may be null.
  std::shared_ptr<score_board> scores = {};
  /// Counts what is in flight from its transport, which asks it before it
  /// sends.
  std::shared_ptr<in_flight_gauge> arrivals =
      std::make_shared<in_flight_gauge>(max_waiting_packets);
  /// Its packets come from another node, which is asked for what consumers want
  /// only: audio without consumers counts as unattended, and the layers of SVC
  /// are reported as those of simulcast.
  bool relayed = false;

  /// How many layers consumers may want fewer of.
  size_t layers() const {
    return relayed ? size_t{engine.layout.spatial_layers}
                   : engine.encodings.size();
  }
};

producer_actor spawn_producer(caf::actor_system& system,
                              producer_config settings);

} // namespace troupe::actors
