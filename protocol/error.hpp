#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::protocol {

/// Why a request was refused. Each dialect turns a code into its own words;
/// internals never reach a client.
enum class error_code : uint8_t {
  /// A frame or member that is missing, of the wrong type or out of range.
  bad_request = 1,
  /// No verb of that name.
  unknown_method,
  /// The verb needs a joined peer.
  not_joined,
  /// The peer has joined already.
  already_joined,
  room_not_found,
  /// Opening a room that is open already.
  room_exists,
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
  /// The verb came in the wrong order, as a second connect does.
  wrong_state,
  /// A configured limit is reached.
  limit_reached,
  /// The caller may not do that.
  forbidden,
  /// A token that is missing, invalid or expired.
  unauthorized,
  /// The server has all it can carry: the same may go through later.
  overloaded,
  /// The server took too long or failed; its log says more.
  internal,
};

/// A refusal: the code, and a sentence for people.
struct error {
  error_code code = error_code::internal;
  std::string message;

  bool operator==(const error&) const = default;
};

/// The stable machine-readable name of a code, e.g. "transport-not-found".
std::string_view to_string(error_code code);

/// The error with the default sentence of its code.
error make_error(error_code code);

/// What is wrong with a member of a client's data, as all dialects say it:
/// "rtpCapabilities: missing", "kind: must be 'audio' or 'video'".
std::string describe_fault(std::string_view member, std::string_view fault);

/// bad_request, in these words.
error bad_member(std::string_view member, std::string_view fault);

} // namespace troupe::protocol
