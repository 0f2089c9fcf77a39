#pragma once

#include "rtp/send/picture_rewriter.hpp"

namespace troupe::rtp {

/// What sequence_rewriter remembers with each number: the offsets of the
/// picture's numbers, and the layers in force.
inline uint32_t make_tag(picture_rewriter::offsets by, layers in_force) {
  return uint32_t{by.picture_id} << 16 | uint32_t{by.tl0picidx} << 8
         | uint32_t{in_force.spatial} << 3 | in_force.temporal;
}

inline picture_rewriter::offsets offsets_of(uint32_t tag) {
  return {static_cast<uint16_t>(tag >> 16), static_cast<uint8_t>(tag >> 8)};
}

inline layers layers_of(uint32_t tag) {
  return {static_cast<uint8_t>((tag >> 3) & 7), static_cast<uint8_t>(tag & 7)};
}

/// Whether a packet is its receiver's last of the picture. The sender marks the
/// end of its highest layer. If that is not forwarded, the highest layer that
/// is ends the picture.
inline bool ends_picture(const media_packet& x, layers in_force) {
  return x.packet.marker()
         || (x.end_of_frame && x.spatial_id == in_force.spatial);
}

} // namespace troupe::rtp
