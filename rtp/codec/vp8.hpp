#pragma once

#include "rtp/codec/payload_descriptor.hpp"

namespace troupe::rtp {

/// The VP8 payload descriptor (RFC 7741, section 4.2), and whether the payload
/// header (section 4.3) shows a key frame.
struct vp8_descriptor {
  /// Octets before the VP8 data.
  uint8_t size = 0;
  /// N: no other frame refers to this one.
  bool non_reference = false;
  /// S: starts a partition.
  bool start_of_partition = false;
  /// PID: the index of the partition.
  uint8_t partition = 0;
  /// 7 or 15 bits.
  std::optional<uint16_t> picture_id;
  bool wide_picture_id = false;
  std::optional<uint8_t> tl0picidx;
  /// TID and Y, if present.
  std::optional<uint8_t> temporal_id;
  bool layer_sync = false;
  std::optional<uint8_t> key_index;
  /// Offsets in the payload, 0 where absent.
  uint8_t picture_id_offset = 0;
  uint8_t tl0picidx_offset = 0;
  /// The inverse of the payload header's P bit; only in a frame's first packet.
  bool keyframe = false;
  /// The size in pixels without scaling, in a key frame's first packet; 0 if
  /// unknown.
  uint16_t width = 0;
  uint16_t height = 0;

  bool operator==(const vp8_descriptor&) const = default;
};

/// Nothing if the payload ends within the descriptor or right after it.
std::optional<vp8_descriptor> parse_vp8(net::byte_span payload);

payload_descriptor describe_vp8(const vp8_descriptor& x, bool marker);

/// Writes a new picture id and TL0PICIDX into a copy of a payload that `x`
/// describes. The picture id keeps its width; absent fields stay absent.
void rewrite_vp8(net::mutable_byte_span payload, const payload_descriptor& x,
                 uint16_t picture_id, uint8_t tl0picidx);

} // namespace troupe::rtp
