#include "rtp/recording/codec_private.hpp"

#include <utility>

namespace troupe::rtp {

std::vector<uint8_t> make_opus_head(uint8_t channels) {
  std::vector<uint8_t> out(19);
  auto head = net::byte_writer{out};
  head.bytes(net::as_bytes("OpusHead"));
  head.u8(1); // version
  head.u8(channels);
  // Little-endian: a pre-skip of 0 samples, 48000 Hz, a gain of 0 dB.
  head.u16(0);
  head.u32(0x80BB0000);
  head.u16(0);
  head.u8(0); // mapping family: mono or stereo
  return out;
}

std::optional<track_description> describe_track(const media_frame& first) {
  track_description out;
  out.kind = first.kind;
  if (first.kind == codec::opus) {
    // Opus is always announced with two channels (RFC 7587, section 7), and
    // each packet tells how many it has.
    out.sample_rate = 48'000;
    out.channels = 2;
    out.private_data = make_opus_head(2);
    return out;
  }
  if (!first.keyframe)
    return std::nullopt;
  auto config = std::optional<video_config>{};
  if (first.kind == codec::h264)
    config = make_avc_config(first.octets);
  else if (first.kind == codec::av1)
    config = make_av1_config(first.octets);
  else if (first.kind == codec::vp8 || first.kind == codec::vp9)
    config = video_config{{}, first.width, first.height};
  if (!config || config->width == 0 || config->height == 0)
    return std::nullopt;
  out.private_data = std::move(config->private_data);
  out.width = config->width;
  out.height = config->height;
  return out;
}

} // namespace troupe::rtp
