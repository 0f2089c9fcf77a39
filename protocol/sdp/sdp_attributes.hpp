#pragma once

#include "protocol/sdp/sdp_draft.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// What the readers of attributes share.
namespace troupe::protocol {

/// The fault that a value is not what its standard allows.
inline sdp_fault sdp_bad_value(std::string_view why) {
  return refusal{sdp_errc::bad_value, std::string(why)};
}

/// The fault that a limit is exceeded.
inline sdp_fault sdp_too_many(std::string_view why) {
  return refusal{sdp_errc::too_many, std::string(why)};
}

/// The codec with that payload type, or nullptr.
rtp_codec_parameters* find_codec(sdp_draft& draft, uint8_t payload_type);

// Each reads the value of one attribute that describes codecs or streams.
sdp_fault read_rtpmap(sdp_draft& out, std::string_view value);
sdp_fault read_fmtp(sdp_draft& out, std::string_view value);
sdp_fault read_feedback(sdp_draft& out, std::string_view value);
sdp_fault read_extmap(sdp_draft& out, std::string_view value);

} // namespace troupe::protocol
