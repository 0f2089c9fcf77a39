#pragma once

#include "actors/data_directory.hpp"

/// What peers and their room say to each other about data channels.
namespace troupe::actors {

/// Asks for one data producer, or for the first of another peer that is not
/// among `except`.
struct find_data_producer {
  std::optional<data_producer_id> producer;
  std::vector<data_producer_id> except;
  /// One's own counts, where nobody else is there.
  bool own_if_alone = false;
};

struct list_room_data_producers {};

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

/// The server itself says something, on its channel of that label. The first
/// message opens the channel, and waits a moment for those who then begin to
/// listen.
struct say_in_room {
  std::string label;
  data_message message;
};

/// By which data producer it is said.
struct said_in_room {
  data_producer_id producer;
};

/// INTERNAL: the moment is over.
struct server_channel_tick {
  std::string label;
  data_producer_id producer;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::say_in_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::said_in_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::server_channel_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_data_producer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::list_room_data_producers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_producer_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_producer_published)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_producer_withdrawn)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::data_producer_pause_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::protocol::reply::data_producers)

namespace troupe::actors {

/// The part of a room that its peers use for data channels.
using room_data_actor = caf::typed_actor<
    // A data producer by its id, or the next one to consume.
    // Errors: data_producer_not_found, no_producer.
    caf::replies_to<find_data_producer>::with<data_producer_entry>,
    // All data producers of others.
    caf::replies_to<list_room_data_producers>::with<
        protocol::reply::data_producers>,
    // Lists a data producer and tells the others. Ignored from who is no
    // member.
    caf::reacts_to<data_producer_published>,
    // Takes it off the list and tells the others.
    caf::reacts_to<data_producer_withdrawn>,
    // Is told to whoever asks for the list; consumers hear of it by
    // themselves.
    caf::reacts_to<data_producer_pause_changed>>;

} // namespace troupe::actors
