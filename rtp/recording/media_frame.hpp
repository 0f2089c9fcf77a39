#pragma once

#include "rtp/base/types.hpp"

#include <cstdint>
#include <vector>

namespace troupe::rtp {

/// A whole frame of a track, as a container stores it: without RTP's payload
/// header. H264 is an access unit of NAL units, each after its length of four
/// octets; AV1 a temporal unit of OBUs with size fields, without temporal
/// delimiters.
struct media_frame {
  codec kind = codec::other_video;

  /// Decoding can begin with it; true of all audio.
  bool keyframe = false;

  /// Since the recording's start.
  duration time{};

  /// For how long it plays; 0 if unknown, as of video.
  duration length{};

  std::vector<uint8_t> octets;

  /// The picture's size in pixels, if this is a key frame that tells it;
  /// otherwise 0.
  uint32_t width = 0;
  uint32_t height = 0;
};

/// What a container must know of a track before its first frame.
struct track_description {
  codec kind = codec::other_video;

  /// What decoders need beside the frames: OpusHead, avcC or av1C; empty for
  /// VP8 and VP9.
  std::vector<uint8_t> private_data;

  /// Of audio, in Hz.
  uint32_t sample_rate = 0;
  uint32_t channels = 0;

  /// Of video, in pixels: the first key frame's. Later ones may differ.
  uint32_t width = 0;
  uint32_t height = 0;
};

} // namespace troupe::rtp
