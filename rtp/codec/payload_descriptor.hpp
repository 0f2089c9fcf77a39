#pragma once

#include "rtp/base/layers.hpp"
#include "rtp/codec/av1_dependency_descriptor.hpp"
#include "rtp/packet/header_extensions.hpp"

#include <memory>
#include <optional>

namespace troupe::rtp {

/// What a forwarder must know about the payload of a packet, for any codec. An
/// audio packet is a whole frame, and forwarding may switch at any of them.
struct payload_descriptor {
  /// The first packet of a key frame: decoding can begin with it. H264 has
  /// several per key frame: each sequence parameter set and the first slice.
  bool keyframe = false;

  /// The first packet of a frame (VP9, AV1: of a frame of one layer). H264 may
  /// have several in one access unit: each parameter set, and each first slice.
  bool start_of_frame = false;

  /// The last packet of a frame (VP9, AV1: of a frame of one layer).
  bool end_of_frame = false;

  uint8_t temporal_id = 0;
  uint8_t spatial_id = 0;

  /// From this frame on, its temporal layer can be added to the lower ones: it
  /// refers to nothing of its layer or above (VP8 Y, VP9 without P, AV1 switch
  /// indication).
  bool temporal_switch = false;

  /// From this frame on, all higher temporal layers can be added: their later
  /// frames refer to none of their frames before this one (VP9 U).
  bool temporal_up = false;

  /// The frame's spatial layer can be added to the lower ones here: the frame
  /// refers to no earlier picture. AV1: to no frame farther back than the lower
  /// spatial layers of its own picture.
  bool spatial_switch = false;

  /// Refers to a lower spatial layer of the same picture (VP9 D).
  bool inter_layer = false;

  /// No higher spatial layer of the same picture refers to it (VP9 Z).
  bool not_inter_layer_reference = false;

  /// No other frame refers to it: leaving it out harms nothing (VP8 N, AV1
  /// discardable in all decode targets, audio silence).
  bool discardable = false;

  /// The picture's number, 7 or 15 bits; AV1: the frame number, 16 bits.
  std::optional<uint16_t> picture_id;

  /// 7, 15 or 16; 0 without picture id.
  uint8_t picture_id_bits = 0;

  /// Counts the pictures of the lowest temporal layer (VP8, VP9).
  std::optional<uint8_t> tl0picidx;

  /// Offsets of both in the payload, for rewriting; 0 if absent.
  uint16_t picture_id_offset = 0;
  uint16_t tl0picidx_offset = 0;

  /// There is a dependency descriptor, and the following members are valid.
  /// `needed_for`: the layers that need the frame. `switches`: the layers to
  /// which a receiver can switch here if it was sent the referenced frames.
  /// `references`: those frames, bit 0 for the frame before this one.
  bool has_dependencies = false;
  layer_set needed_for = {};
  layer_set switches = {};
  uint64_t references = 0;

  bool operator==(const payload_descriptor&) const = default;
};

/// Describes a payload by itself. `marker` is the RTP header's bit. For AV1
/// this sees key frames (the aggregation header's N bit) but no layers: see
/// payload_describer. Nothing if a video payload is malformed or empty. A
/// payload of an unknown codec is described as a frame with `keyframe` set, so
/// that forwarding starts at once.
std::optional<payload_descriptor> describe(codec what, net::byte_span payload,
                                           bool marker);

/// Describes the packets of a stream (one SSRC) in order of arrival. Uses the
/// dependency descriptor of AV1 and H264 packets, for which it remembers the
/// newest template structure, and describe() otherwise. A structure that
/// arrives after that of a newer frame describes its own packet only.
class payload_describer {
public:
  payload_describer(codec what, const extension_map& ids)
      : codec_(what)
      , dependency_descriptor_id_(ids.id(extension::dependency_descriptor)) {}

  std::optional<payload_descriptor> describe(const packet& x);

  /// The sender restarted: its frame numbers may begin anywhere.
  void restart() {
    newest_.reset();
  }

  /// The newest structure that was announced, or null. Shows how many layers
  /// there are, and their resolutions.
  const av1_dependency_structure* av1_structure() const {
    return structure_.get();
  }

private:
  /// The decode target that represents each pair of layers.
  using target_map = std::array<uint8_t, 32>;

  // A packet that announced a structure, or the decode targets being sent.
  struct announcement {
    int64_t frame = 0;
    uint16_t sequence = 0;
  };

  bool is_late(const announcement& x) const;
  void adopt(av1_dependency_descriptor& from, const announcement& here,
             const target_map& targets);
  static target_map map_layers(const av1_dependency_structure& structure,
                               uint32_t active);

  codec codec_;
  uint8_t dependency_descriptor_id_;
  std::unique_ptr<av1_dependency_structure> structure_;
  target_map targets_{};
  wrap_extender<uint16_t> frames_;
  std::optional<announcement> newest_; // the newest that was adopted
};

} // namespace troupe::rtp
