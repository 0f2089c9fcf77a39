#pragma once

#include "net/base/bytes.hpp"

namespace troupe::net {

/// The protocol of a datagram, where several share one port.
enum class datagram_kind : uint8_t { stun, dtls, rtp, rtcp, other };

/// Tells protocols apart by the first octet (RFC 7983, section 7), and RTCP
/// from RTP by the second (RFC 5761, section 4: packet types 192 to 223).
/// Whatever is too short for the fixed header of its protocol is `other`.
datagram_kind classify(byte_span datagram);

} // namespace troupe::net
