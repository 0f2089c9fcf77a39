#pragma once

#include "rtp/codec/payload_descriptor.hpp"

namespace troupe::rtp {

/// Reads a picture id of 7 or 15 bits, whose first bit tells the width, into
/// the `Descriptor` of VP8 (RFC 7741, section 4.2) or VP9 (RFC 9628, section
/// 4.2). As always, the reader knows whether the payload was too short.
template <class Descriptor>
void read_picture_id(net::byte_reader& in, Descriptor& x) {
  x.picture_id_offset = static_cast<uint8_t>(in.position());
  auto first = in.u8();
  x.wide_picture_id = (first & 0x80) != 0;
  x.picture_id = static_cast<uint16_t>(first & 0x7F);
  if (x.wide_picture_id)
    x.picture_id = static_cast<uint16_t>((*x.picture_id << 8) | in.u8());
}

/// Describes where and how wide the picture id and TL0PICIDX are.
template <class Descriptor>
void describe_picture_id(const Descriptor& x, payload_descriptor& out) {
  out.picture_id = x.picture_id;
  if (x.picture_id)
    out.picture_id_bits = x.wide_picture_id ? 15 : 7;
  out.tl0picidx = x.tl0picidx;
  out.picture_id_offset = x.picture_id_offset;
  out.tl0picidx_offset = x.tl0picidx_offset;
}

} // namespace troupe::rtp
