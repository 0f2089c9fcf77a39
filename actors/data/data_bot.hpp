#pragma once

#include "actors/data/data_producer_actor.hpp"

#include <string>

namespace troupe::actors {

/// Sets the name that the bot uses for its partner.
struct rename_bot_partner {
  std::string name;
};

/// A bot has answered by its channel.
struct bot_answered {
  std::vector<data_message> messages;
};

/// Tells the other nodes what bots say.
using bot_listener_actor = caf::typed_actor<caf::reacts_to<bot_answered>>;

/// The DATA BOT actor interface: the server as a direct data consumer. It
/// receives one member's data producer and repeats to the room what that member
/// sends, so that a client can try its data channels alone. It ends with that
/// producer, or with the one through which it answers.
using data_bot_actor = data_consumer_events_actor::extend<
    // The member has another name.
    caf::reacts_to<rename_bot_partner>>;

/// Parameters of a bot.
struct data_bot_config {
  sctp_actor sctp;
  /// The data producer that it receives.
  data_producer_actor partner;
  /// The direct data producer of the room through which it answers.
  data_producer_actor channel;
  std::string name;
  /// Null unless other nodes have to be told.
  bot_listener_actor listener = {};
};

/// The longest text, in octets, that a bot repeats. It does not answer longer
/// texts or binary messages.
inline constexpr size_t max_bot_text = 512;

data_bot_actor spawn_data_bot(caf::actor_system& system,
                              data_bot_config settings);

} // namespace troupe::actors
