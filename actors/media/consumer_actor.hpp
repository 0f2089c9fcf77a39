#pragma once

#include "actors/media/media_listeners.hpp"
#include "actors/media/shard_actor.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

/// Moves the consumer to another transport of its client.
struct move_consumer {
  transport_key to{};
};

/// A command to a consumer: one of the client's for its stream, to move it, or
/// to end it. All kinds are one message, as in stream_event.
struct control_stream {
  std::variant<stream_command, move_consumer, close_consumer> what;
};

/// The CONSUMER actor interface: one track as one client receives it. The actor
/// handles lifetime and control; the packets pass through its forwarder in the
/// shard of the receiving transport.
using consumer_actor = consumer_events_actor::extend<
    // Pauses, or resumes with a key frame, which it requests; sets the layers
    // that the client prefers of a layered producer, or the priority among the
    // consumers of its transport (the sender has checked that it is 1 to 255);
    // requests a key frame; sends the stream on another transport of the
    // client's; ends.
    caf::reacts_to<control_stream>,
    // Answered by its shard, which has handled all earlier commands by then.
    caf::replies_to<fence>::with<done>,
    // Statistics of the stream sent.
    caf::replies_to<get_actor_stats>::with<protocol::reply::stats>>;

/// Parameters of a consumer.
struct consumer_config {
  consumer_id id;
  producer_id source;
  rtp::forwarder::config engine;
  producer_actor producer;
  /// The receiving transport, and the shard that sends for it.
  transport_key transport{};
  shard_actor shard;
  consumer_listener_actor listener;
  /// The speech activity of the producer's owner.
  std::shared_ptr<const speech_activity> owner = {};
  /// How well the producer's streams arrive.
  std::shared_ptr<const score_board> scores =
      std::make_shared<const score_board>(0);
  /// The scores that the client was sent with the consumer.
  protocol::consumer_scores sent_scores = {};
};

consumer_actor spawn_consumer(caf::actor_system& system,
                              consumer_config settings);

} // namespace troupe::actors
