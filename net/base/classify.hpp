#pragma once

#include "net/base/bytes.hpp"

namespace troupe::net {

/// The protocol of a datagram, where several protocols share a port.
enum class datagram_kind : uint8_t { stun, dtls, rtp, rtcp, other };

/// Finds the protocol by the first octet (RFC 7983, section 7), and separates
/// RTCP from RTP by the second (RFC 5761, section 4: packet types 192 to 223).
/// A datagram too short for its protocol's fixed header is `other`.
datagram_kind classify(byte_span datagram);

} // namespace troupe::net
