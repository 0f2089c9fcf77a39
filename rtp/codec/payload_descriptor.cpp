#include "rtp/codec/payload_descriptor.hpp"

#include "rtp/codec/av1.hpp"
#include "rtp/codec/h264.hpp"
#include "rtp/codec/opus.hpp"
#include "rtp/codec/vp8.hpp"
#include "rtp/codec/vp9.hpp"

#include <span>

namespace troupe::rtp {

namespace {

/// Describes a payload of an unknown format: forwarding may start at any
/// packet.
payload_descriptor opaque(bool end_of_frame) {
  payload_descriptor x;
  x.keyframe = true;
  x.start_of_frame = true;
  x.end_of_frame = end_of_frame;
  x.temporal_switch = true;
  x.spatial_switch = true;
  return x;
}

layers pair_of(uint8_t index) {
  return {static_cast<uint8_t>(index / temporal_layer_limit),
          static_cast<uint8_t>(index % temporal_layer_limit)};
}

bool is_higher(const av1_decode_target& x, const av1_decode_target& than) {
  return x.spatial_id != than.spatial_id ? x.spatial_id > than.spatial_id
                                         : x.temporal_id > than.temporal_id;
}

void add_dependencies(const av1_frame_dependencies& frame,
                      std::span<const uint8_t, 32> targets,
                      payload_descriptor& out) {
  using enum decode_target_indication;
  out.has_dependencies = true;
  for (uint8_t pair = 0; pair < targets.size(); ++pair) {
    auto indication = frame.indications[targets[pair]];
    if (indication != not_present)
      out.needed_for.add(pair_of(pair));
    if (indication == switching)
      out.switches.add(pair_of(pair));
  }
  for (size_t i = 0; i < frame.fdiff_count; ++i) {
    auto back = frame.fdiffs[i];
    // Older references cannot be represented.
    if (back > 64)
      out.switches = {};
    else if (back > 0)
      out.references |= uint64_t{1} << (back - 1);
  }
}

} // namespace

std::optional<payload_descriptor> describe(codec what, net::byte_span payload,
                                           bool marker) {
  switch (what) {
    case codec::opus: {
      auto result = opaque(true);
      auto x = parse_opus(payload);
      result.discardable = x && x->dtx;
      return result;
    }
    case codec::vp8:
      if (auto x = parse_vp8(payload))
        return describe_vp8(*x, marker);
      return std::nullopt;
    case codec::vp9:
      if (auto x = parse_vp9(payload))
        return describe_vp9(*x, marker);
      return std::nullopt;
    case codec::h264:
      return describe_h264(payload, marker);
    case codec::av1:
      if (auto x = parse_av1_aggregation_header(payload))
        return describe_av1(*x, marker);
      return std::nullopt;
    case codec::other_audio:
      return opaque(true);
    case codec::other_video:
      break;
  }
  return opaque(marker);
}

std::optional<payload_descriptor> payload_describer::describe(const packet& x) {
  auto result = rtp::describe(codec_, x.payload(), x.marker());
  if (!result || (codec_ != codec::av1 && codec_ != codec::h264))
    return result;
  auto octets = x.extension(dependency_descriptor_id_);
  if (octets.empty())
    return result;
  auto read = parse_dependency_descriptor(octets, structure_.get());
  if (!read)
    return result;
  auto here =
      announcement{frames_.extend(read->frame_number), x.sequence_number()};
  const auto& structure = read->structure ? *read->structure : *structure_;
  auto layers = describe_av1(*read, structure);
  auto targets = read->active_decode_targets
                     ? map_layers(structure, *read->active_decode_targets)
                     : targets_;
  add_dependencies(read->frame, targets, layers);
  adopt(*read, here, targets);
  // H264's own header shows key frames that the descriptor does not.
  if (codec_ == codec::h264)
    layers.keyframe |= result->keyframe;
  return layers;
}

// An announcement is late if both its frame number and its packet precede the
// newest: an encoder that restarts numbers its frames anew.
bool payload_describer::is_late(const announcement& x) const {
  return newest_ && x.frame < newest_->frame
         && static_cast<int16_t>(
                static_cast<uint16_t>(x.sequence - newest_->sequence))
                <= 0;
}

void payload_describer::adopt(av1_dependency_descriptor& from,
                              const announcement& here,
                              const target_map& targets) {
  if ((!from.structure && !from.active_decode_targets) || is_late(here))
    return;
  newest_ = here;
  if (from.structure)
    structure_ = std::move(from.structure);
  if (from.active_decode_targets)
    targets_ = targets;
}

// A request for more layers than are sent gets the best of those sent.
payload_describer::target_map
payload_describer::map_layers(const av1_dependency_structure& x,
                              uint32_t active) {
  target_map out{};
  for (uint8_t pair = 0; pair < out.size(); ++pair) {
    auto wanted = pair_of(pair);
    std::optional<uint8_t> best;
    for (uint8_t i = 0; i < x.decode_target_count; ++i) {
      auto& target = x.decode_targets[i];
      if ((active >> i & 1) == 0 || target.spatial_id > wanted.spatial
          || target.temporal_id > wanted.temporal)
        continue;
      if (!best || is_higher(target, x.decode_targets[*best]))
        best = i;
    }
    // The lowest target that is sent, if all exceed the request.
    for (uint8_t i = 0; !best && i < x.decode_target_count; ++i)
      if ((active >> i & 1) != 0)
        best = i;
    out[pair] = best.value_or(0);
  }
  return out;
}

} // namespace troupe::rtp
