#pragma once

#include "actors/cluster/room_messages.hpp"
#include "actors/media/media_listeners.hpp"
#include "actors/media/producer_entry.hpp"
#include "actors/speech/loudest_speakers.hpp"
#include "actors/transport/media_services.hpp"
#include "actors/transport/transport_actor.hpp"

namespace troupe::actors {

/// Wants media of a producer on the other node.
struct relay_producer {
  producer_facts facts; // as the other node describes it
  std::shared_ptr<speech_activity> speech;
  std::shared_ptr<loudest_speakers> loudest;
};

/// The relay of a producer: what consumers use, and what it sends (its SSRCs
/// and header extensions are the trunk's).
struct relay_opened {
  producer_entry entry;
};

/// The producer on the other node is gone.
struct close_relay {
  producer_id producer;
};

/// The other node's want_stream, with this node's producer; without handles if
/// there is none.
struct serve_stream {
  want_stream wanted;
  std::optional<producer_entry> source;
};

/// A producer of this node is gone.
struct stop_serving {
  producer_id producer;
};

/// The link to the other node is new: what was on its way may be lost.
struct resume_trunk {};

/// A message for the room's replica on the trunk's other node.
struct trunk_message {
  std::string node;
  room_message what;
};

/// A relay has ended because nothing of it was wanted, or by the other node.
struct relay_ended {
  std::string node;
  producer_id producer;
};

/// What a trunk tells its room.
using trunk_listener_actor = caf::typed_actor<caf::reacts_to<trunk_message>,
                                              caf::reacts_to<relay_ended>>;

/// The TRUNK actor interface: the media of one room between this node and
/// another. To local producers it is a consumer's transport, to relays it is a
/// producer's transport: SRTP over the node's UDP port, without ICE and DTLS.
using trunk_actor = transport_actor::extend<
    // The datagrams of one receive call.
    caf::reacts_to<burst>,
    // The other node's keys and address.
    caf::reacts_to<open_trunk>,
    // Says again what this node wants, and its keys.
    caf::reacts_to<resume_trunk>,
    // Answers at once; media follows when the other node sends it. A second
    // request is answered with the same relay.
    caf::replies_to<relay_producer>::with<relay_opened>,
    caf::reacts_to<close_relay>,
    // The other node wants media of a producer, or another layer of it.
    caf::reacts_to<serve_stream>, caf::reacts_to<stop_serving>,
    // The other node cannot send what this one wanted.
    caf::reacts_to<stream_refused>,
    // The highest layers that this node's consumers want of a relay.
    caf::reacts_to<producer_rated>,
    caf::reacts_to<protocol::event::producer_layers_wanted>,
    // Of the consumers that serve the other node.
    caf::reacts_to<consumer_ended>, caf::reacts_to<consumer_producer_paused>,
    caf::reacts_to<consumer_score_changed>,
    caf::reacts_to<consumer_layers_changed>>;

/// Parameters of a trunk.
struct trunk_config {
  room_id room;
  std::string node; // the other one
  std::shared_ptr<const media_services> services;
  /// Where this node takes media of others.
  net::socket_address media_address;
  /// Sends for it.
  shard_actor shard;
  trunk_listener_actor listener;
  /// What the budgets of its relays are extended from; null for no extension.
  std::shared_ptr<rtp::memory_budget> replay_reserve = {};
};

/// Spawns a trunk, which sends its listener an open_trunk at once. It ends on
/// close_transport, with its relays and consumers.
trunk_actor spawn_trunk(caf::actor_system& system, trunk_config settings);

} // namespace troupe::actors
