#pragma once

#include "actors/data_producer_actor.hpp"

#include <string>

namespace troupe::actors {

/// What the bot calls whom it hears from now on.
struct rename_bot_partner {
  std::string name;
};

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::rename_bot_partner)

namespace troupe::actors {

/// The DATA BOT actor interface: the server as a direct data consumer. It hears
/// one member's data producer, and tells the room what that has said: a client
/// can try its data channels on it without anybody else. It ends with that
/// producer, or with the one by which it answers.
using data_bot_actor = data_consumer_events_actor::extend<
    // The member has another name.
    caf::reacts_to<rename_bot_partner>>;

/// What a bot is made of.
struct data_bot_config {
  sctp_actor sctp;
  /// Whom it hears.
  data_producer_actor partner;
  /// By which it answers: a direct data producer of the room.
  data_producer_actor voice;
  std::string name;
};

/// The longest text, in octets, that a bot repeats; it answers nothing to
/// longer ones, nor to what is no text.
inline constexpr size_t max_bot_text = 512;

data_bot_actor spawn_data_bot(caf::actor_system& system,
                              data_bot_config settings);

} // namespace troupe::actors
