#pragma once

#include "net/base/bytes.hpp"

namespace troupe::net {

/// The checksum of SCTP (RFC 4960, appendix B): CRC32c, as the number that goes
/// onto the wire with its least significant octet first.
uint32_t crc32c(byte_span octets);

/// The checksum of a whole packet, as if the field for it held zeros. The
/// packet has at least the 12 octets of its header.
uint32_t sctp_checksum(byte_span packet);

} // namespace troupe::net
