#include "rtp/recording/frame_builder.hpp"

#include "rtp/codec/opus.hpp"

#include <utility>

namespace troupe::rtp {

bool frame_builder::supports(codec what) {
  switch (what) {
    case codec::opus:
    case codec::vp8:
    case codec::vp9:
    case codec::h264:
    case codec::av1:
      return true;
    case codec::other_audio:
    case codec::other_video:
      break;
  }
  return false;
}

std::optional<frame_drop>
frame_builder::build(std::span<const media_packet> packets, bool restart,
                     built_frame& out) {
  partial_ = false;
  out = {};
  if (packets.empty())
    return frame_drop::malformed;
  if (codec_ == codec::opus)
    return build_audio(packets.front(), out);
  if (restart) {
    needs_keyframe_ = after_gap_ = true;
    prefix_.clear();
    prefix_sets_ = {};
  }
  size_t octets = prefix_.size();
  for (const auto& x : packets)
    octets += x.packet.payload().size();
  out.octets = std::exchange(prefix_, {});
  // Lengths, sizes and the superframe index take little more.
  out.octets.reserve(octets + 16 * packets.size());
  auto joined = join(packets, out.octets);
  if (!joined)
    return frame_drop::malformed;
  joined->sets |= std::exchange(prefix_sets_, {});
  if (!joined->has_picture) {
    prefix_sets_ = joined->sets;
    return keep_parameters(out);
  }
  if (auto drop = check(*joined))
    return drop;
  out.keyframe = joined->keyframe;
  out.size = joined->keyframe ? joined->size : picture_size{};
  return std::nullopt;
}

std::optional<joined_frame>
frame_builder::join(std::span<const media_packet> packets,
                    std::vector<uint8_t>& out) {
  switch (codec_) {
    case codec::vp8:
      return join_vp8(packets, out);
    case codec::vp9:
      return join_vp9(packets, out);
    case codec::h264:
      return join_h264(packets, out);
    case codec::av1:
      return av1_.join(packets, out);
    default:
      return std::nullopt;
  }
}

// A key frame without parameter sets uses those before it. After a gap these
// are known only of senders that do not repeat them.
std::optional<frame_drop> frame_builder::check(const joined_frame& x) {
  if (!x.keyframe)
    return needs_keyframe_ ? std::optional{frame_drop::awaiting_keyframe}
                           : std::nullopt;
  auto has_parameters = codec_ != codec::h264 || x.sets.both();
  if (after_gap_ && repeats_parameters_ && !has_parameters)
    return frame_drop::no_parameters;
  repeats_parameters_ = has_parameters;
  needs_keyframe_ = after_gap_ = false;
  return std::nullopt;
}

std::optional<frame_drop> frame_builder::build_audio(const media_packet& x,
                                                     built_frame& out) {
  auto payload = x.packet.payload();
  auto opus = parse_opus(payload);
  if (!opus)
    return frame_drop::malformed;
  out.octets.assign(payload.begin(), payload.end());
  out.keyframe = true;
  out.length = opus->packet_duration();
  return std::nullopt;
}

std::optional<frame_drop> frame_builder::keep_parameters(built_frame& out) {
  if (out.octets.size() > max_parameters)
    return frame_drop::malformed;
  prefix_ = std::move(out.octets);
  out = {};
  partial_ = true;
  return std::nullopt;
}

} // namespace troupe::rtp
