#include "rtp/codec/h264.hpp"

namespace troupe::rtp {

namespace {

/// NAL unit types (H.264, table 7-1; RFC 6184, section 5.2).
enum nal_type : uint8_t {
  slice = 1,
  slice_partition_a = 2,
  idr_slice = 5,
  sei = 6,
  sequence_parameter_set = 7,
  picture_parameter_set = 8,
  access_unit_delimiter = 9,
  last_single = 23,
  stap_a = 24,
  fu_a = 28,
};

/// Adds what a NAL unit or its first fragment shows. `data` follows the NAL
/// unit header.
void inspect(uint8_t type, net::byte_span data, payload_descriptor& x) {
  // A slice begins with first_mb_in_slice, an Exp-Golomb number. Its first bit
  // is set only if the number is 0, that is, in a picture's first slice.
  bool first_slice = !data.empty() && (data[0] & 0x80) != 0;
  switch (type) {
    case sequence_parameter_set:
      x.keyframe = true;
      x.start_of_frame = true;
      break;
    case idr_slice:
      x.keyframe |= first_slice;
      x.start_of_frame |= first_slice;
      break;
    case slice:
    case slice_partition_a:
      x.start_of_frame |= first_slice;
      break;
    case sei:
    case picture_parameter_set:
    case access_unit_delimiter:
      x.start_of_frame = true;
      break;
    default:
      break;
  }
}

bool inspect_aggregate(net::byte_span units, payload_descriptor& x) {
  auto in = net::byte_reader{units};
  while (in.remaining() > 0) {
    auto unit = in.bytes(in.u16());
    if (unit.empty())
      return false;
    inspect(unit[0] & 0x1F, unit.subspan(1), x);
  }
  return true;
}

} // namespace

std::optional<payload_descriptor> describe_h264(net::byte_span payload,
                                                bool marker) {
  if (payload.empty())
    return std::nullopt;
  payload_descriptor result;
  result.end_of_frame = marker;
  uint8_t type = payload[0] & 0x1F;
  result.discardable = (payload[0] & 0x60) == 0; // nal_ref_idc
  if (type >= slice && type <= last_single) {
    inspect(type, payload.subspan(1), result);
  } else if (type == stap_a) {
    if (!inspect_aggregate(payload.subspan(1), result))
      return std::nullopt;
  } else if (type == fu_a) {
    if (payload.size() < 3)
      return std::nullopt;
    if ((payload[1] & 0x80) != 0)
      inspect(payload[1] & 0x1F, payload.subspan(2), result);
  } else {
    return std::nullopt;
  }
  result.temporal_switch = result.keyframe;
  result.spatial_switch = result.keyframe;
  return result;
}

} // namespace troupe::rtp
