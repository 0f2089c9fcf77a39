#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// Why a request was refused. Each dialect maps a code to its own format;
/// internals never reach a client.
enum class error_code : uint8_t {
  /// A frame or member is missing, of the wrong type or out of range.
  bad_request = 1,
  /// No verb has that name.
  unknown_method,
  /// The verb requires a joined peer.
  not_joined,
  /// The peer has joined already.
  already_joined,
  room_not_found,
  /// The room to open is open already.
  room_exists,
  /// No member of the room has that id.
  peer_not_found,
  transport_not_found,
  producer_not_found,
  consumer_not_found,
  data_producer_not_found,
  data_consumer_not_found,
  /// Nothing is being recorded, or there is no such recording.
  recording_not_found,
  /// A consume without a producer found none left to consume.
  no_producer,
  /// The receiver's capabilities do not fit the producer's codec.
  cannot_consume,
  /// RTP parameters or capabilities that the router cannot negotiate.
  unsupported,
  /// The verb came in the wrong order, for example a second connect.
  wrong_state,
  /// A configured limit is reached.
  limit_reached,
  /// The caller lacks the right to do that.
  forbidden,
  /// The token is missing, invalid or expired.
  unauthorized,
  /// The server is at its capacity: the same request may succeed later.
  overloaded,
  /// The server took too long or failed; its log says more.
  internal,
};

/// What a refusal is about, where its code leaves open what the person at the
/// other end can do. Frontends may show different words for each.
enum class error_reason : uint8_t {
  /// The code says everything.
  none,
  /// The client sent no token.
  token_missing,
  /// Malformed, badly signed, or not for this server. Deliberately one reason:
  /// a client that forges tokens must not learn which check it failed.
  token_invalid,
  /// The signature is right, and the token's time is over.
  token_expired,
  /// The signature is right, and the token's time has not begun.
  token_not_yet_valid,
  /// The token is valid, but for other rooms.
  token_wrong_room,
  /// The token is valid, but names another user than the client.
  token_wrong_user,
  room_locked,
  room_full,
  /// The server opens no rooms any more because it will end.
  draining,
  /// The room has a lobby, and a host must let the client in.
  waiting_for_host,
  /// The client waited, and no host has let it in in time.
  no_host_answered,
  /// A host has refused the client.
  turned_away,
  /// The room has become empty or was ended while the client waited.
  room_over,
  /// Too many clients wait already.
  lobby_full,
  /// The server is busy, and the client waits for its turn. For sessions: no
  /// client gets this as an answer.
  in_line,
};

/// A refusal: the code, and a human-readable message.
struct error {
  error_code code = error_code::internal;
  std::string message;
  error_reason reason = error_reason::none;

  bool operator==(const error&) const = default;
};

/// The stable machine-readable name of a code, e.g. "transport-not-found".
std::string_view to_string(error_code code);

/// The stable machine-readable name of a reason, e.g. "token-expired"; empty
/// for none.
std::string_view to_string(error_reason reason);

/// Whether another token may help.
bool concerns_token(error_reason reason);

/// The error with the default message of its code.
error make_error(error_code code);

/// The error of that reason, with its code and message. An internal error for
/// none.
error make_error(error_reason reason);

/// Describes what is wrong with a member of a client's data, in all dialects:
/// "rtpCapabilities: missing", "kind: must be 'audio' or 'video'".
std::string describe_fault(std::string_view member, std::string_view fault);

/// A bad_request error with the text of describe_fault().
error bad_member(std::string_view member, std::string_view fault);

} // namespace troupe::protocol
