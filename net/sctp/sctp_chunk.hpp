#pragma once

#include "net/base/bytes.hpp"

#include <optional>

namespace troupe::net {

/// Chunk types (RFC 4960, section 3.2; 3758; 6525; 8260).
namespace sctp_chunk_type {

inline constexpr uint8_t data = 0;
inline constexpr uint8_t init = 1;
inline constexpr uint8_t init_ack = 2;
inline constexpr uint8_t sack = 3;
inline constexpr uint8_t heartbeat = 4;
inline constexpr uint8_t heartbeat_ack = 5;
inline constexpr uint8_t abort = 6;
inline constexpr uint8_t shutdown = 7;
inline constexpr uint8_t shutdown_ack = 8;
inline constexpr uint8_t error = 9;
inline constexpr uint8_t cookie_echo = 10;
inline constexpr uint8_t cookie_ack = 11;
inline constexpr uint8_t shutdown_complete = 14;
inline constexpr uint8_t i_data = 64;
inline constexpr uint8_t reconfig = 130;
inline constexpr uint8_t forward_tsn = 192;
inline constexpr uint8_t i_forward_tsn = 194;

} // namespace sctp_chunk_type

/// One chunk of a packet.
struct sctp_chunk {
  uint8_t type = 0;
  uint8_t flags = 0;
  /// The value, without header and padding.
  byte_span value;
};

/// One parameter of a chunk, or an error cause, which has the same format.
struct sctp_parameter {
  uint16_t type = 0;
  byte_span value;
};

inline constexpr size_t sctp_header_octets = 12;

/// Removes the first chunk and its padding from `in` and returns it. Nullopt if
/// the rest is not a whole chunk.
std::optional<sctp_chunk> take_sctp_chunk(byte_span& in);

/// Does the same for a parameter.
std::optional<sctp_parameter> take_sctp_parameter(byte_span& in);

/// Whether a chunk's value has the length that its type requires, and agrees
/// with its own counts and lists. True for unknown types.
bool is_sound(const sctp_chunk& x);

} // namespace troupe::net
