#pragma once

#include "net/base/bytes.hpp"
#include "rtp/recording/media_frame.hpp"

#include <optional>

namespace troupe::rtp {

/// An OpusHead (RFC 7845, section 5.1) of 48 kHz and at most two channels. It
/// has no pre-skip: RTP does not tell the encoder's delay, and a recording that
/// begins in the middle of a stream has nothing to leave out.
std::vector<uint8_t> make_opus_head(uint8_t channels);

/// What a video's parameter sets tell a container.
struct video_config {
  std::vector<uint8_t> private_data;
  uint32_t width = 0;
  uint32_t height = 0;

  bool operator==(const video_config&) const = default;
};

/// An avcC (ISO/IEC 14496-15, section 5.3.3.1) of the parameter sets in an
/// access unit of NAL units after lengths of four octets. Nothing if it has
/// none, or they are malformed.
std::optional<video_config> make_avc_config(net::byte_span access_unit);

/// An av1C (AV1 codec ISO media file format binding, section 2.3) of the
/// sequence header in a temporal unit of OBUs with size fields. Nothing if it
/// has none, or it is malformed.
std::optional<video_config> make_av1_config(net::byte_span temporal_unit);

/// Describes a track by its first frame. Of video that is a key frame, which
/// tells the picture's size (VP8, VP9) or has the parameter sets (H264, AV1).
/// Nothing otherwise, and for other codecs.
std::optional<track_description> describe_track(const media_frame& first);

} // namespace troupe::rtp
