#pragma once

#include <algorithm>
#include <cstdint>

namespace troupe::rtp {

/// The number of layers that can be distinguished: as many spatial ones as AV1
/// has (4), and as many temporal ones as three bits can number.
inline constexpr uint8_t spatial_layer_limit = 4;
inline constexpr uint8_t temporal_layer_limit = 8;

/// How much of a video is sent: up to this spatial and temporal layer, both
/// counted from 0. The spatial layer of simulcast is the index of the encoding,
/// that of SVC the spatial layer in its one encoding. With neither, it is 0.
struct layers {
  uint8_t spatial = 0;
  uint8_t temporal = 0;

  bool operator==(const layers&) const = default;
};

/// The highest layers that any producer has.
inline constexpr layers all_layers{spatial_layer_limit - 1,
                                   temporal_layer_limit - 1};

/// How a producer's layers are encoded.
enum class layering : uint8_t {
  /// One encoding without spatial layers. It may have temporal ones.
  simple,
  /// An encoding for each spatial layer.
  simulcast,
  /// One encoding that has layers.
  svc,
};

/// The layers of a producer's video, as its sender signaled them. Fewer may
/// arrive (a sender leaves out layers that its link does not carry), and also
/// more temporal layers than were signaled.
struct producer_layout {
  layering kind = layering::simple;
  uint8_t spatial_layers = 1;
  uint8_t temporal_layers = 1;
  /// Spatial layers of SVC build on each other at key frames only ("_KEY"), so
  /// that layers below the wanted one need not be sent in between.
  bool keyed = false;

  bool operator==(const producer_layout&) const = default;

  uint8_t encodings() const {
    return kind == layering::simulcast ? spatial_layers : uint8_t{1};
  }

  uint8_t highest_spatial() const {
    return static_cast<uint8_t>(std::max<uint8_t>(spatial_layers, 1) - 1);
  }

  /// The highest layers, with all temporal layers, signaled or not.
  layers highest() const {
    return {highest_spatial(), temporal_layer_limit - 1};
  }

  /// `x`, or the highest layers below it. Temporal layers above the signaled
  /// ones stay as they are, since they leave nothing out.
  layers clamp(layers x) const {
    return {std::min(x.spatial, highest_spatial()),
            std::min<uint8_t>(x.temporal, temporal_layer_limit - 1)};
  }

  /// The spatial layer of a media packet: the index of its encoding or, for
  /// SVC, its own spatial layer.
  uint8_t spatial_of(uint8_t encoding, uint8_t spatial_id) const {
    return kind == layering::svc ? spatial_id : encoding;
  }
};

/// A set of pairs of a spatial and a temporal layer.
class layer_set {
public:
  constexpr layer_set() = default;

  static constexpr layer_set all() {
    layer_set out;
    out.bits_ = UINT32_MAX;
    return out;
  }

  /// All pairs that contain a frame of `x` if each layer builds on those below:
  /// the pairs that are at least as high in both.
  static constexpr layer_set from(layers x) {
    layer_set out;
    out.bits_ = (temporal_from(x.temporal) * 0x01010101u)
                & (UINT32_MAX << (x.spatial * temporal_layer_limit));
    return out;
  }

  /// The same if spatial layers do not build on each other.
  static constexpr layer_set alone(layers x) {
    layer_set out;
    out.bits_ = temporal_from(x.temporal) << (x.spatial * temporal_layer_limit);
    return out;
  }

  constexpr void add(layers x) {
    bits_ |= bit(x);
  }

  constexpr bool contains(layers x) const {
    return (bits_ & bit(x)) != 0;
  }

  bool operator==(const layer_set&) const = default;

private:
  static constexpr uint32_t bit(layers x) {
    return uint32_t{1} << (x.spatial * temporal_layer_limit + x.temporal);
  }

  static constexpr uint32_t temporal_from(uint8_t lowest) {
    return (0xFFu << lowest) & 0xFFu;
  }

  uint32_t bits_ = 0;
};

} // namespace troupe::rtp
