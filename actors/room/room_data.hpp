#pragma once

#include "actors/data/data_producer_actor.hpp"
#include "actors/media/producer_facts.hpp"

/// Messages between peers and their room about data channels.
namespace troupe::actors {

/// Requests one data producer, or the first of another peer that is not in
/// `except`.
struct find_data_producer {
  std::optional<data_producer_id> producer;
  std::vector<data_producer_id> except;
  /// If no other member is in the room, the peer's own count, too.
  bool own_if_alone = false;
};

struct list_room_data_producers {};

struct get_room_chat {};

/// A data producer as members offer and find it.
struct data_producer_entry {
  data_producer_facts facts;
  data_producer_actor producer;
};

/// A data producer that a member offers to the others.
struct data_producer_published {
  data_producer_entry entry;
};

struct data_producer_withdrawn {
  data_producer_id producer;
};

struct data_producer_pause_changed {
  data_producer_id producer;
  bool paused = false;
};

/// Sends a message of the server itself, on its channel with this label. The
/// first message opens the channel, and waits a moment until members consume
/// it.
struct send_to_room {
  std::string label;
  data_message message;
};

/// The data producer by which the message is sent.
struct sent_to_room {
  data_producer_id producer;
};

/// INTERNAL: members had a moment to consume the channel.
struct server_channel_tick {
  std::string label;
  data_producer_id producer;
};

/// The part of a room's interface that its peers use for data channels.
using room_data_actor = caf::typed_actor<
    // A data producer by its id, or the next one to consume.
    // Errors: data_producer_not_found, no_producer.
    caf::replies_to<find_data_producer>::with<data_producer_entry>,
    // All data producers of others.
    caf::replies_to<list_room_data_producers>::with<
        protocol::reply::data_producers>,
    // What members have said in the chat so far. Errors: not_joined.
    caf::replies_to<get_room_chat>::with<protocol::reply::chat_history>,
    // Lists a data producer and notifies the others. Ignored from a non-member.
    caf::reacts_to<data_producer_published>,
    // Removes a data producer from the list and notifies the others.
    caf::reacts_to<data_producer_withdrawn>,
    // Changes the state in the list; the data switch notifies the consumers.
    caf::reacts_to<data_producer_pause_changed>>;

} // namespace troupe::actors
