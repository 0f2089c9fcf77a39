#include "rtp/codec/vp8.hpp"

#include "rtp/codec/picture_id.hpp"
#include "rtp/packet/outgoing_packet.hpp"

namespace troupe::rtp {

namespace {

/// Reads the extension octet and the fields that it announces.
void read_extension(net::byte_reader& in, vp8_descriptor& x) {
  auto flags = in.u8();
  if ((flags & 0x80) != 0)
    read_picture_id(in, x);
  if ((flags & 0x40) != 0) {
    x.tl0picidx_offset = static_cast<uint8_t>(in.position());
    x.tl0picidx = in.u8();
  }
  if ((flags & 0x30) != 0) {
    auto layer = in.u8();
    if ((flags & 0x20) != 0) {
      x.temporal_id = static_cast<uint8_t>(layer >> 6);
      x.layer_sync = (layer & 0x20) != 0;
    }
    if ((flags & 0x10) != 0)
      x.key_index = static_cast<uint8_t>(layer & 0x1F);
  }
}

/// Reads the frame header of RFC 6386, section 9.1: little-endian.
void read_frame_header(net::byte_span data, vp8_descriptor& x) {
  x.keyframe = (data[0] & 1) == 0;
  if (!x.keyframe || data.size() < 10 || data[3] != 0x9D || data[4] != 0x01
      || data[5] != 0x2A)
    return;
  x.width = static_cast<uint16_t>((data[7] << 8 | data[6]) & 0x3FFF);
  x.height = static_cast<uint16_t>((data[9] << 8 | data[8]) & 0x3FFF);
}

} // namespace

std::optional<vp8_descriptor> parse_vp8(net::byte_span payload) {
  auto in = net::byte_reader{payload};
  vp8_descriptor x;
  auto first = in.u8();
  x.non_reference = (first & 0x20) != 0;
  x.start_of_partition = (first & 0x10) != 0;
  x.partition = first & 0x07;
  if ((first & 0x80) != 0)
    read_extension(in, x);
  if (in.failed() || in.remaining() == 0)
    return std::nullopt;
  x.size = static_cast<uint8_t>(in.position());
  if (x.start_of_partition && x.partition == 0)
    read_frame_header(payload.subspan(x.size), x);
  return x;
}

payload_descriptor describe_vp8(const vp8_descriptor& x, bool marker) {
  payload_descriptor result;
  result.keyframe = x.keyframe;
  result.start_of_frame = x.start_of_partition && x.partition == 0;
  result.end_of_frame = marker;
  result.temporal_id = x.temporal_id.value_or(0);
  result.temporal_switch = x.keyframe || x.layer_sync;
  result.spatial_switch = x.keyframe;
  result.discardable = x.non_reference;
  describe_picture_id(x, result);
  return result;
}

void rewrite_vp8(net::mutable_byte_span payload, const payload_descriptor& x,
                 uint16_t picture_id, uint8_t tl0picidx) {
  payload_patch patch;
  if (x.picture_id) {
    patch.picture_id_offset = static_cast<uint8_t>(x.picture_id_offset);
    patch.picture_id_bits = x.picture_id_bits;
    patch.picture_id = picture_id;
  }
  if (x.tl0picidx) {
    patch.tl0picidx_offset = static_cast<uint8_t>(x.tl0picidx_offset);
    patch.tl0picidx = tl0picidx;
  }
  patch.apply(payload);
}

} // namespace troupe::rtp
