#pragma once

#include "net/base/bytes.hpp"
#include "net/sctp/sctp_types.hpp"

#include <optional>
#include <vector>

namespace troupe::net {

/// A DATA_CHANNEL_OPEN (RFC 8832, section 5.1).
struct dcep_open {
  sctp_reliability reliability;
  uint16_t priority = 0;
  std::string label;
  std::string protocol;
};

/// The only octet of a DATA_CHANNEL_ACK (RFC 8832, section 5.2).
inline constexpr uint8_t dcep_ack = 0x02;

/// Parses a DATA_CHANNEL_OPEN. Nullopt if it is incomplete or its channel type
/// is unknown.
std::optional<dcep_open> parse_dcep_open(byte_span message);

std::vector<uint8_t> write_dcep_open(const dcep_open& x);

} // namespace troupe::net
