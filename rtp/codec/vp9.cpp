#include "rtp/codec/vp9.hpp"

#include "rtp/codec/picture_id.hpp"

namespace troupe::rtp {

namespace {

void read_layers(net::byte_reader& in, vp9_descriptor& x) {
  auto indices = in.u8();
  x.has_layers = true;
  x.temporal_id = static_cast<uint8_t>(indices >> 5);
  x.switching_up = (indices & 0x10) != 0;
  x.spatial_id = (indices >> 1) & 7;
  x.inter_layer = (indices & 1) != 0;
  if (!x.flexible) {
    x.tl0picidx_offset = static_cast<uint8_t>(in.position());
    x.tl0picidx = in.u8();
  }
}

/// False if more references are announced than the format allows.
bool read_references(net::byte_reader& in, vp9_descriptor& x) {
  for (bool more = true; more && !in.failed();) {
    if (x.reference_count == x.references.size())
      return false;
    auto octet = in.u8();
    x.references[x.reference_count++] = static_cast<uint8_t>(octet >> 1);
    more = (octet & 1) != 0;
  }
  return true;
}

vp9_scalability_structure read_structure(net::byte_reader& in) {
  vp9_scalability_structure x;
  auto flags = in.u8();
  x.spatial_layers = static_cast<uint8_t>((flags >> 5) + 1);
  x.has_resolutions = (flags & 0x10) != 0;
  if (x.has_resolutions)
    for (size_t i = 0; i < x.spatial_layers; ++i) {
      x.resolutions[i].width = in.u16();
      x.resolutions[i].height = in.u16();
    }
  if ((flags & 0x08) != 0) {
    x.group_size = in.u8();
    for (size_t i = 0; i < x.group_size && !in.failed(); ++i)
      in.skip((in.u8() >> 2) & 3);
  }
  return x;
}

} // namespace

std::optional<vp9_descriptor> parse_vp9(net::byte_span payload) {
  auto in = net::byte_reader{payload};
  vp9_descriptor x;
  auto flags = in.u8();
  x.inter_picture = (flags & 0x40) != 0;
  x.flexible = (flags & 0x10) != 0;
  x.start_of_frame = (flags & 0x08) != 0;
  x.end_of_frame = (flags & 0x04) != 0;
  x.not_inter_layer_reference = (flags & 0x01) != 0;
  if ((flags & 0x80) != 0)
    read_picture_id(in, x);
  if ((flags & 0x20) != 0)
    read_layers(in, x);
  if (x.flexible && x.inter_picture && !read_references(in, x))
    return std::nullopt;
  if ((flags & 0x02) != 0)
    x.structure = read_structure(in);
  if (in.failed() || in.remaining() == 0)
    return std::nullopt;
  x.size = static_cast<uint16_t>(in.position());
  return x;
}

payload_descriptor describe_vp9(const vp9_descriptor& x, bool marker) {
  payload_descriptor result;
  result.start_of_frame = x.start_of_frame;
  result.end_of_frame = x.end_of_frame || marker;
  result.keyframe = x.start_of_frame && !x.inter_picture && x.spatial_id == 0;
  result.temporal_id = x.temporal_id;
  result.spatial_id = x.spatial_id;
  result.temporal_switch = !x.inter_picture;
  result.temporal_up = x.switching_up;
  result.spatial_switch = !x.inter_picture;
  result.inter_layer = x.inter_layer;
  result.not_inter_layer_reference = x.not_inter_layer_reference;
  describe_picture_id(x, result);
  return result;
}

} // namespace troupe::rtp
