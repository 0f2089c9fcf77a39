#pragma once

#include "rtp/packet/packet.hpp"

namespace troupe::rtp {

/// Octets of the original sequence number that lead an RTX payload (RFC 4588,
/// section 4).
inline constexpr size_t rtx_overhead = 2;

/// Restores the packet that an RTX packet repeats (RFC 4588, section 4): its
/// sequence number from the first two payload octets, SSRC and payload type
/// from signaling. Padding is removed. Works in place, so the caller must hold
/// the only copy of `rtx`. The result begins at the buffer's first octet like
/// every packet; this costs moving the payload by two octets. Nothing if the
/// payload has at most the sequence number: such packets are probes.
std::optional<packet> unwrap_rtx(packet rtx, ssrc original_ssrc,
                                 payload_type original_payload_type);

/// Writes an RTX payload: the sequence number by which the receiver knows the
/// packet, and the payload. SRTP encrypts from the payload's start on, so the
/// number must be part of the contiguous payload. This copies the payload,
/// which is affordable since retransmissions are few. The header is
/// header_writer's with the RTX stream's SSRC, payload type and sequence
/// number, and the original timestamp and marker. Returns the size, or nothing
/// if `out` is too small.
std::optional<size_t> write_rtx_payload(uint16_t original_sequence_number,
                                        net::byte_span payload,
                                        net::mutable_byte_span out);

} // namespace troupe::rtp
