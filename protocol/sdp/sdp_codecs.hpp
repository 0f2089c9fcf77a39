#pragma once

#include "protocol/verbs/rtp_parameters.hpp"

#include <string>

namespace troupe::protocol {

/// Appends the lines of a codec: `a=rtpmap`, `a=rtcp-fb` and `a=fmtp`. Format
/// parameters that would break a line are left out: clients choose them.
void write_sdp_codec(std::string& out, const rtp_codec_parameters& codec);

} // namespace troupe::protocol
