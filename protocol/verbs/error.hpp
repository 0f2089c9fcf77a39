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

/// A refusal: the code, and a human-readable message.
struct error {
  error_code code = error_code::internal;
  std::string message;

  bool operator==(const error&) const = default;
};

/// The stable machine-readable name of a code, e.g. "transport-not-found".
std::string_view to_string(error_code code);

/// The error with the default message of its code.
error make_error(error_code code);

/// Describes what is wrong with a member of a client's data, in all dialects:
/// "rtpCapabilities: missing", "kind: must be 'audio' or 'video'".
std::string describe_fault(std::string_view member, std::string_view fault);

/// A bad_request error with the text of describe_fault().
error bad_member(std::string_view member, std::string_view fault);

} // namespace troupe::protocol
