#pragma once

#include <cstdint>

namespace troupe::protocol {

/// Why the server ends a connection that has no error.
enum class end_reason : uint8_t {
  /// The same user has joined by another connection.
  replaced,
  /// A moderator has removed the peer.
  kicked,
  /// A moderator has ended the room.
  room_closed,
  /// The token of the peer has expired.
  token_expired,
  /// The transport that keeps the member (create_transport::keeps_member) has
  /// ended.
  transport_ended,
};

} // namespace troupe::protocol
