#pragma once

#include "protocol/verbs/rtp_parameters.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace troupe::actors {

/// How many SSRCs a producer's streams have between nodes: one for each
/// encoding and one for the retransmissions of each. 0 if there are too many
/// encodings.
size_t pipe_ssrc_count(const protocol::rtp_parameters& consumable);

/// The parameters with which a producer's streams are sent to another node:
/// each encoding under its own SSRC, without MID, RID and bandwidth estimation.
/// Audio has retransmissions, too. `ssrcs` has pipe_ssrc_count() elements: of
/// each encoding the SSRC and then that of its retransmissions. Both nodes make
/// the same parameters of the same arguments. Nothing if the count is wrong or
/// no producer could send so.
std::optional<protocol::rtp_parameters>
pipe_parameters(protocol::media_kind kind,
                const protocol::rtp_parameters& consumable,
                std::span<const uint32_t> ssrcs);

} // namespace troupe::actors
