#pragma once

#include "rtp/codec/payload_descriptor.hpp"

#include <array>

namespace troupe::rtp {

/// One spatial layer's size in pixels.
struct vp9_resolution {
  uint16_t width = 0;
  uint16_t height = 0;

  bool operator==(const vp9_resolution&) const = default;
};

/// The scalability structure (RFC 9628, section 4.2.1). Its picture group is
/// checked and skipped.
struct vp9_scalability_structure {
  uint8_t spatial_layers = 1;
  /// Whether resolutions are present.
  bool has_resolutions = false;
  std::array<vp9_resolution, 8> resolutions{};
  /// Pictures in the group; 0 if none is described.
  uint8_t group_size = 0;

  bool operator==(const vp9_scalability_structure&) const = default;
};

/// The VP9 payload descriptor (RFC 9628, section 4.2).
struct vp9_descriptor {
  /// Octets before the VP9 data.
  uint16_t size = 0;
  /// P: refers to earlier pictures.
  bool inter_picture = false;
  /// F: references are listed.
  bool flexible = false;
  /// B and E: first and last packet of a layer's frame.
  bool start_of_frame = false;
  bool end_of_frame = false;
  /// Z: no higher spatial layer of this picture refers to it.
  bool not_inter_layer_reference = false;
  /// 7 or 15 bits.
  std::optional<uint16_t> picture_id;
  bool wide_picture_id = false;
  uint8_t picture_id_offset = 0;
  /// L: layer indices are present.
  bool has_layers = false;
  uint8_t temporal_id = 0;
  uint8_t spatial_id = 0;
  /// U: a temporal switching-up point.
  bool switching_up = false;
  /// D: refers to the next lower spatial layer.
  bool inter_layer = false;
  std::optional<uint8_t> tl0picidx;
  uint8_t tl0picidx_offset = 0;
  /// How far back the references are, in pictures.
  std::array<uint8_t, 3> references{};
  uint8_t reference_count = 0;
  std::optional<vp9_scalability_structure> structure;

  bool operator==(const vp9_descriptor&) const = default;
};

/// Nothing if the payload ends within the descriptor or right after it, or if
/// it announces a fourth reference.
std::optional<vp9_descriptor> parse_vp9(net::byte_span payload);

payload_descriptor describe_vp9(const vp9_descriptor& x, bool marker);

} // namespace troupe::rtp
