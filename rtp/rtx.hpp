#pragma once

#include "rtp/packet.hpp"

namespace troupe::rtp {

/// Octets of the original sequence number that lead an RTX payload (RFC 4588,
/// section 4).
inline constexpr size_t rtx_overhead = 2;

/// Restores the packet that an RTX packet repeats (RFC 4588, section 4): its
/// sequence number from the first two payload octets, SSRC and payload type
/// from signaling. Padding is removed. Works in place, so the caller must hold
/// the only copy of `rtx`; the result begins at the buffer's first octet as
/// every packet does, at the price of moving the payload by two octets.
/// Nothing where the payload is too short for a sequence number, or only
/// that: such packets are probes.
std::optional<packet> unwrap_rtx(packet rtx, ssrc original_ssrc,
                                 payload_type original_payload_type);

/// Writes an RTX payload: the sequence number the receiver knew the packet by,
/// and the payload. SRTP encrypts from the payload's start on, so the number
/// has to be within the contiguous payload handed to it: this copies, which
/// is affordable as retransmissions are few. The header is header_writer's
/// with the RTX stream's SSRC, payload type and sequence number, and the
/// original timestamp and marker. Returns the size, or nothing where `out` is
/// too small.
std::optional<size_t> write_rtx_payload(uint16_t original_sequence_number,
                                        net::byte_span payload,
                                        net::mutable_byte_span out);

} // namespace troupe::rtp
