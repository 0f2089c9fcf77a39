#include "rtp/codec/payload_descriptor.hpp"

#include "rtp/codec/av1.hpp"
#include "rtp/codec/h264.hpp"
#include "rtp/codec/opus.hpp"
#include "rtp/codec/vp8.hpp"
#include "rtp/codec/vp9.hpp"

namespace troupe::rtp {

namespace {

/// A payload that nothing is known of: forwarding may start at any.
payload_descriptor opaque(bool end_of_frame) {
  payload_descriptor x;
  x.keyframe = true;
  x.start_of_frame = true;
  x.end_of_frame = end_of_frame;
  x.temporal_switch = true;
  x.spatial_switch = true;
  return x;
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
  auto layers =
      describe_av1(*read, read->structure ? *read->structure : *structure_);
  if (read->structure)
    structure_ = std::move(read->structure);
  return layers;
}

} // namespace troupe::rtp
