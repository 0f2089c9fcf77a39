#pragma once

#include "net/base/rng.hpp"
#include "protocol/verbs/refusal.hpp"
#include "protocol/verbs/rtp_parameters.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::actors {

/// The parameters with which a producer is forwarded: one codec under the
/// router's payload type, one encoding, no retransmissions and no header
/// extensions. Fails if the router has not its codec.
protocol::checked<protocol::rtp_parameters>
forward_parameters(const protocol::rtp_parameters& consumable, uint32_t ssrc,
                   const std::string& cname, net::rng& random);

/// The codecs that a producer of this kind may have, under the payload types
/// with which they are forwarded.
std::vector<protocol::rtp_codec_parameters>
forwarded_codecs(protocol::media_kind kind);

} // namespace troupe::actors
