#pragma once

#include "rtp/codec/payload_descriptor.hpp"

namespace troupe::rtp {

/// The VP8 payload descriptor (RFC 7741, section 4.2), and of the payload
/// header (section 4.3) whether it is a key frame.
struct vp8_descriptor {
  /// Octets before the VP8 data.
  uint8_t size = 0;
  /// N: no other frame refers to this one.
  bool non_reference = false;
  /// S: starts a partition.
  bool start_of_partition = false;
  /// PID: which one.
  uint8_t partition = 0;
  /// 7 or 15 bits.
  std::optional<uint16_t> picture_id;
  bool wide_picture_id = false;
  std::optional<uint8_t> tl0picidx;
  /// TID and Y, where given.
  std::optional<uint8_t> temporal_id;
  bool layer_sync = false;
  std::optional<uint8_t> key_index;
  /// Offsets in the payload, 0 where absent.
  uint8_t picture_id_offset = 0;
  uint8_t tl0picidx_offset = 0;
  /// The inverse of the payload header's P bit; only in a first packet.
  bool keyframe = false;
  /// Of a key frame's first packet, in pixels, without scaling; 0 unknown.
  uint16_t width = 0;
  uint16_t height = 0;

  bool operator==(const vp8_descriptor&) const = default;
};

/// Nothing where the payload ends within the descriptor or right behind it.
std::optional<vp8_descriptor> parse_vp8(net::byte_span payload);

payload_descriptor describe_vp8(const vp8_descriptor& x, bool marker);

/// Writes another picture id and TL0PICIDX into a copy of a payload that `x`
/// describes. The picture id keeps its width; what is absent stays absent.
void rewrite_vp8(net::mutable_byte_span payload, const payload_descriptor& x,
                 uint16_t picture_id, uint8_t tl0picidx);

} // namespace troupe::rtp
