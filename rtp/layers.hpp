#pragma once

#include <algorithm>
#include <cstdint>

namespace troupe::rtp {

/// How many layers can be told from each other: more spatial ones than any
/// codec sends (AV1: 4), as many temporal ones as three bits number.
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

/// What no producer has more of.
inline constexpr layers all_layers{spatial_layer_limit - 1,
                                   temporal_layer_limit - 1};

/// What a producer's layers are.
enum class layering : uint8_t {
  /// One encoding without spatial layers. It may have temporal ones.
  simple,
  /// An encoding for each spatial layer.
  simulcast,
  /// One encoding that has layers.
  svc,
};

/// How a producer's video is made up, as its sender signaled it. What comes
/// may be less (a sender leaves out what its link does not carry), and more
/// temporal layers than were told of.
struct producer_layout {
  layering kind = layering::simple;
  uint8_t spatial_layers = 1;
  uint8_t temporal_layers = 1;
  /// Spatial layers of SVC build on each other at key frames only ("_KEY"), so
  /// that those below the wanted one need not be sent in between.
  bool keyed = false;

  bool operator==(const producer_layout&) const = default;

  uint8_t encodings() const {
    return kind == layering::simulcast ? spatial_layers : uint8_t{1};
  }

  uint8_t highest_spatial() const {
    return static_cast<uint8_t>(std::max<uint8_t>(spatial_layers, 1) - 1);
  }

  /// The highest there is. All temporal layers, told of or not.
  layers highest() const {
    return {highest_spatial(), temporal_layer_limit - 1};
  }

  /// `x`, or the highest there is below it. Temporal layers above those that
  /// were told of stay as they are: nothing is left out for them.
  layers clamp(layers x) const {
    return {std::min(x.spatial, highest_spatial()),
            std::min<uint8_t>(x.temporal, temporal_layer_limit - 1)};
  }

  /// Which of the media packets' indices tells the spatial layer: that of the
  /// encoding, or, for SVC, the packet's own.
  uint8_t spatial_of(uint8_t encoding, uint8_t spatial_id) const {
    return kind == layering::svc ? spatial_id : encoding;
  }
};

/// A set of pairs of spatial and temporal layer.
class layer_set {
public:
  constexpr layer_set() = default;

  static constexpr layer_set all() {
    layer_set out;
    out.bits_ = UINT32_MAX;
    return out;
  }

  /// All pairs that contain a frame of `x` where each layer builds on those
  /// below: the ones that are as high or higher in both.
  static constexpr layer_set from(layers x) {
    layer_set out;
    for (auto s = x.spatial; s < spatial_layer_limit; ++s)
      out.add_up_from({s, x.temporal});
    return out;
  }

  constexpr void add(layers x) {
    bits_ |= bit(x);
  }

  /// Adds the pairs of this spatial layer and of this temporal one or higher.
  constexpr void add_up_from(layers x) {
    for (auto t = x.temporal; t < temporal_layer_limit; ++t)
      add({x.spatial, t});
  }

  constexpr bool contains(layers x) const {
    return (bits_ & bit(x)) != 0;
  }

  bool operator==(const layer_set&) const = default;

private:
  static constexpr uint32_t bit(layers x) {
    return uint32_t{1} << (x.spatial * temporal_layer_limit + x.temporal);
  }

  uint32_t bits_ = 0;
};

} // namespace troupe::rtp
