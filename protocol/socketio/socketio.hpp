#pragma once

#include "net/base/result.hpp"
#include "protocol/json/json_limits.hpp"

#include <rapidjson/document.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// The packets of the Socket.IO protocol, version 5: the content of an
/// Engine.IO message. Text only; attachments follow as separate messages, which
/// socketio_session reassembles.
namespace troupe::protocol {

/// The first character of a packet.
enum class socketio_type : uint8_t {
  connect = 0,
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,
  binary_ack,
};

/// One packet: `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`.
struct socketio_packet {
  socketio_type type = socketio_type::event;
  /// Begins with a slash. A query string that a client appends is removed.
  std::string nsp = "/";
  /// Repeated in the acknowledgement; present in every acknowledgement.
  std::optional<int64_t> id;
  /// Number of binary messages that follow; for the binary types only.
  size_t attachments = 0;
  /// For events an array whose first element is the name, for acknowledgements
  /// an array, for `connect` an object or absent (null).
  rapidjson::Document data;
};

/// Why a packet was refused.
enum class socketio_errc {
  /// The type is missing or unknown.
  unknown_type = 1,
  /// The number of attachments is malformed, or above the limit.
  bad_attachments,
  /// The id of an acknowledgement is missing or beyond 63 bits.
  bad_id,
  /// The JSON is malformed, exceeds a limit or does not fit the type.
  bad_payload,
  /// The JSON is longer than its limit.
  too_large,
  /// An event's name is not a string, or is reserved by Socket.IO.
  bad_event_name,
  /// A placeholder names no attachment or the same one as another placeholder,
  /// or an attachment has no placeholder.
  bad_placeholder,
};

/// The category of socketio_errc, named "socketio".
const std::error_category& socketio_category();

/// Makes socketio_errc a std::error_code.
std::error_code make_error_code(socketio_errc value);

/// Limits on a packet, beyond which it is refused.
struct socketio_limits {
  json_limits json;
  /// Attachments of one packet, as in the reference parser.
  size_t max_attachments = 10;
};

/// Decodes one packet. Stricter than the reference parser: an event must have a
/// payload and a string as its name, and each attachment exactly one
/// placeholder.
net::result<socketio_packet>
decode_socketio_packet(std::string_view text,
                       const socketio_limits& limits = {});

/// Encodes a packet whose JSON is `payload`, or empty for none.
std::string encode_socketio_packet(socketio_type type, std::string_view nsp,
                                   std::optional<int64_t> id,
                                   std::string_view payload,
                                   size_t attachments = 0);

} // namespace troupe::protocol

template <>
struct std::is_error_code_enum<troupe::protocol::socketio_errc>
    : std::true_type {};
