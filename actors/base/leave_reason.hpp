#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::actors {

/// Why a member is no longer in its room: for the operator's log.
enum class leave_reason : uint8_t {
  /// Its client has left, or closed its connection in order.
  left,
  /// Its client has gone to another room.
  moved,
  /// Its connection broke, and it did not come back in time.
  connection_lost,
  /// Its token has expired.
  token_expired,
  /// A moderator or the operator has removed it.
  kicked,
  /// A moderator or the operator has ended the room.
  room_ended,
  /// Another client continues under its id.
  taken_over,
  /// The server ends.
  server_stops,
  /// A part of the server that served it has failed.
  failed,
};

/// "left", "moved", "connection-lost" and so on.
std::string_view to_string(leave_reason x);

} // namespace troupe::actors
