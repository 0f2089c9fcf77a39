#pragma once

#include "net/base/bytes.hpp"

namespace troupe::net {

/// The checksum of SCTP (RFC 4960, appendix B): CRC32c. It is sent with the
/// least significant octet first.
uint32_t crc32c(byte_span octets);

/// The checksum of a whole packet, computed as if its checksum field were zero.
/// The packet must have at least the 12 octets of its header.
uint32_t sctp_checksum(byte_span packet);

} // namespace troupe::net
