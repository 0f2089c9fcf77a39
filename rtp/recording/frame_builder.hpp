#pragma once

#include "rtp/recording/frame_drop.hpp"
#include "rtp/recording/payload_units.hpp"

namespace troupe::rtp {

/// A frame as a container stores it.
struct built_frame {
  std::vector<uint8_t> octets;
  /// Decoding can begin with it; true of all audio.
  bool keyframe = false;
  /// Of key frames, where the payloads show it (VP8, VP9).
  picture_size size = {};
  /// Audio only.
  duration length{};
};

/// Builds the frames of one encoding of VP8, VP9, H264, AV1 or Opus from their
/// packets, which must be whole and in order (see reorder). Payloads are
/// untrusted. Invariant: a built frame is a key frame, or follows one without a
/// gap.
class frame_builder {
public:
  /// Parameter sets that come as frames of their own are kept up to this size.
  static constexpr size_t max_parameters = 65'536;

  explicit frame_builder(codec what) : codec_(what) {}

  /// Whether frames of this codec can be built.
  static bool supports(codec what);

  /// Builds the frame of `packets` into `out`. With `restart`, frames before it
  /// are missing. Returns why there is no frame. After a drop, the next frame
  /// must be a `restart`.
  std::optional<frame_drop> build(std::span<const media_packet> packets,
                                  bool restart, built_frame& out);

  /// Whether the packets of the last build() were parameter sets alone: neither
  /// a frame nor a drop. They begin the next frame.
  bool was_partial() const {
    return partial_;
  }

private:
  std::optional<joined_frame> join(std::span<const media_packet> packets,
                                   std::vector<uint8_t>& out);
  std::optional<frame_drop> check(const joined_frame& x);
  std::optional<frame_drop> build_audio(const media_packet& x,
                                        built_frame& out);
  std::optional<frame_drop> keep_parameters(built_frame& out);

  codec codec_;
  av1_joiner av1_;
  bool partial_ = false;
  bool needs_keyframe_ = true;
  std::vector<uint8_t> prefix_; // H264: NAL units for the next frame
  parameter_sets prefix_sets_;  // those in it
  bool after_gap_ = true;       // parameter sets may have been lost
  bool repeats_parameters_ = true;
};

} // namespace troupe::rtp
