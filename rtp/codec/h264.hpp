#pragma once

#include "rtp/codec/payload_descriptor.hpp"

namespace troupe::rtp {

/// Describes an H264 payload of packetization mode 0 or 1 (RFC 6184: single NAL
/// unit, STAP-A, FU-A). An IDR slice or a sequence parameter set marks a key
/// frame, whether alone, in an aggregate, or in the first fragment. Nothing for
/// other packet types (STAP-B, MTAP, FU-B: interleaved mode, which this server
/// never negotiates) and for lengths that do not fit.
std::optional<payload_descriptor> describe_h264(net::byte_span payload,
                                                bool marker);

} // namespace troupe::rtp
