#include "rtp/codec/av1.hpp"

#include <algorithm>

namespace troupe::rtp {

std::optional<av1_aggregation_header>
parse_av1_aggregation_header(net::byte_span payload) {
  if (payload.empty())
    return std::nullopt;
  auto octet = payload[0];
  av1_aggregation_header x;
  x.continues = (octet & 0x80) != 0;
  x.continued = (octet & 0x40) != 0;
  x.element_count = (octet >> 4) & 3;
  x.new_sequence = (octet & 0x08) != 0;
  if (x.continues && x.new_sequence)
    return std::nullopt;
  return x;
}

payload_descriptor describe_av1(const av1_aggregation_header& x, bool marker) {
  payload_descriptor result;
  result.keyframe = x.new_sequence;
  result.start_of_frame = !x.continues;
  result.end_of_frame = marker;
  result.temporal_switch = x.new_sequence;
  result.spatial_switch = x.new_sequence;
  return result;
}

payload_descriptor describe_av1(const av1_dependency_descriptor& x,
                                const av1_dependency_structure& structure) {
  using enum decode_target_indication;
  const auto& frame = x.frame;
  payload_descriptor result;
  result.start_of_frame = x.start_of_frame;
  result.end_of_frame = x.end_of_frame;
  result.keyframe = x.start_of_frame && x.structure && frame.fdiff_count == 0;
  result.spatial_id = frame.spatial_id;
  result.temporal_id = frame.temporal_id;
  result.picture_id = x.frame_number;
  result.picture_id_bits = 16;
  bool needed = false;
  for (size_t i = 0; i < structure.decode_target_count; ++i) {
    auto indication = frame.indications[i];
    const auto& target = structure.decode_targets[i];
    needed |= indication == switching || indication == required;
    if (indication == switching && target.temporal_id == frame.temporal_id
        && target.spatial_id == frame.spatial_id)
      result.temporal_switch = true;
  }
  result.discardable = !needed;
  // Frames are numbered consecutively, lower spatial layers first. A reference
  // within the picture therefore goes back at most as far as there are lower
  // layers.
  auto first = frame.fdiffs.begin();
  auto last = first + frame.fdiff_count;
  auto inside = [&](uint16_t fdiff) {
    return fdiff <= frame.spatial_id;
  };
  result.spatial_switch = std::all_of(first, last, inside);
  result.inter_layer = std::any_of(first, last, inside);
  return result;
}

} // namespace troupe::rtp
