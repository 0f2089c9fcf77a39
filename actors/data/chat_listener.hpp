#pragma once

#include "actors/data/chat_intake.hpp"
#include "actors/data/data_producer_actor.hpp"

namespace troupe::actors {

/// The author of chat messages, and the channel on which they came.
struct chat_author {
  peer_id peer;
  /// The author's name when the channel began.
  std::string name;
  std::string label;
  /// The number of the room's chat (chat_log::number()): what was said in a
  /// former one is not kept.
  uint64_t chat = 0;
};

/// What a member has said in the chat, in order.
struct chat_heard {
  chat_author author;
  std::vector<chat_text> messages;
};

/// Keeps a room's chat.
using chat_keeper_actor = caf::typed_actor<
    // Adds messages of one member.
    caf::reacts_to<chat_heard>>;

/// The CHAT LISTENER actor interface: the server as a direct data consumer. It
/// receives one member's data producer, and passes on what is chat. It ends
/// with that producer.
using chat_listener_actor = data_consumer_events_actor;

/// Parameters of a chat listener.
struct chat_listener_config {
  sctp_actor sctp;
  /// The data producer that it receives.
  data_producer_actor source;
  chat_keeper_actor keeper;
  chat_format format = chat_format::plain;
  chat_author author;
  /// Receives what it counts.
  std::shared_ptr<overload_state_board> load;
};

chat_listener_actor spawn_chat_listener(caf::actor_system& system,
                                        chat_listener_config settings);

} // namespace troupe::actors
