#pragma once

#include "protocol/verbs/ids.hpp"
#include "protocol/verbs/replies.hpp"
#include "protocol/verbs/verb_list.hpp"

#include <optional>
#include <string>
#include <vector>

/// The verbs and events of a room's lobby. A client that joins a room with a
/// lobby knocks: its join is answered once a host has let it in or has turned
/// it away. Hosts, proven members and the first member never knock.
namespace troupe::protocol {

/// A client that waits in the lobby, as hosts see it.
struct waiting_client {
  knock_id id; // of this wait, not of the client
  std::string name;
  int seconds = 0; // for how long it has waited

  bool operator==(const waiting_client&) const = default;
};

namespace verb {

// Verbs of a moderator; refused as forbidden to all others.

/// Turns the lobby on or off. Turning it off lets all in that wait.
struct set_lobby {
  using reply = protocol::reply::ok;

  bool enabled = true;
};

/// Lets one waiting client in, or all of them. Errors: peer_not_found if that
/// one does not wait any more.
struct let_in {
  using reply = protocol::reply::ok;

  std::optional<knock_id> knock;
};

/// Refuses the join of one waiting client, or of all of them. Errors:
/// peer_not_found as above.
struct turn_away {
  using reply = protocol::reply::ok;

  std::optional<knock_id> knock;
};

/// Sends a text to all that wait. Refused as limit_reached a moment after the
/// last one.
struct message_lobby {
  using reply = protocol::reply::ok;

  std::string message;
};

} // namespace verb

/// The verbs about the lobby; a peer passes them to its room.
using lobby_verbs = verb_list<verb::set_lobby, verb::let_in, verb::turn_away,
                              verb::message_lobby>;

namespace event {

/// A host has turned the lobby on or off.
struct lobby_changed {
  bool enabled = true;
  std::optional<moderator> by = {};
};

/// All that wait, the longest first. Sent to hosts only.
struct lobby_list {
  std::vector<waiting_client> waiting;
};

/// This client waits, in the room's lobby or in line for a busy server. Sent
/// before its join is answered, and again when something has changed.
struct lobby_entered {
  int waiting = 1; // clients in the lobby or in line, this one included
  bool host_present = false;
  /// The place in line, from 1. 0 in a lobby.
  int place = 0;
};

/// A host's text for those that wait.
struct lobby_message {
  std::string message;
  moderator by = {};
  std::string name; // the host's; empty for the server's operator
};

} // namespace event

} // namespace troupe::protocol
