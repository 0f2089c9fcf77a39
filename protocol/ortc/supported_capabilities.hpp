#pragma once

#include "protocol/verbs/rtp_parameters.hpp"

#include <string_view>
#include <vector>

namespace troupe::protocol {

/// The header extensions that capability negotiation refers to by name.
namespace extension_uri {

inline constexpr std::string_view mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view rtp_stream_id =
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
inline constexpr std::string_view repaired_rtp_stream_id =
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
inline constexpr std::string_view abs_send_time =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view transport_wide_cc =
    "http://www.ietf.org/id/"
    "draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view audio_level =
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
inline constexpr std::string_view dependency_descriptor =
    "https://aomediacodec.github.io/av1-rtp-spec/"
    "#dependency-descriptor-rtp-header-extension";
inline constexpr std::string_view video_orientation =
    "urn:3gpp:video-orientation";
inline constexpr std::string_view transmission_offset =
    "urn:ietf:params:rtp-hdrext:toffset";
inline constexpr std::string_view abs_capture_time =
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";
inline constexpr std::string_view playout_delay =
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
inline constexpr std::string_view packet_id =
    "urn:mediasoup:params:rtp-hdrext:packet-id";

} // namespace extension_uri

/// Everything a router can be configured with. Codecs without a fixed payload
/// type have none here. The ids of the extensions must not change:
/// mediasoup-client gives its bandwidth probe the ids 1, 4 and 5.
const rtp_capabilities& supported_rtp_capabilities();

/// What a router routes by default: Opus, VP8, VP9 profile 0,
/// H.264 main 5.0 and constrained baseline 3.1, AV1, and H.264 high 5.0, which
/// encoders other than browsers prefer.
std::vector<rtp_codec_capability> default_media_codecs();

/// The capabilities of a router with the default codecs.
const rtp_capabilities& default_router_rtp_capabilities();

} // namespace troupe::protocol
