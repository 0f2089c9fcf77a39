#pragma once

#include "rtp/base/layers.hpp"
#include "rtp/packet/media_packet.hpp"

#include <array>
#include <span>
#include <vector>

namespace troupe::rtp {

/// The bitrate of each layer of a producer, metered once for all its consumers.
///
/// A simulcast encoding is a spatial layer by itself. In a stream with several
/// spatial layers, each builds on those below. Temporal layers always build on
/// those below. A layer that stops arriving keeps its last rate.
class layer_rates {
public:
  static constexpr size_t max_spatial = 4;
  static constexpr size_t max_temporal = 4;

  /// A layer that has not arrived for this long is absent.
  static constexpr duration patience = std::chrono::milliseconds{1500};

  /// How often rates are measured.
  static constexpr duration interval = std::chrono::milliseconds{500};

  /// Spatial layers of one stream build on each other at key frames only.
  void set_keyed(bool keyed) {
    keyed_ = keyed;
  }

  /// Counts the packets of one burst.
  void handle_batch(std::span<const media_packet> batch, time_point now);

  /// The bitrate, in bits per second, of everything that a receiver of these
  /// layers gets; with headers, without padding. 0 if nothing is known yet.
  uint64_t bps(layers x) const;

  /// How many spatial layers have been seen.
  uint8_t spatial() const {
    return static_cast<uint8_t>(rows_.size());
  }

  /// How many temporal layers the spatial layer has been seen with; at least 1.
  uint8_t temporal(uint8_t spatial) const;

  /// Whether packets of the layer arrive.
  bool alive(uint8_t spatial, time_point now) const;

  /// Whether the layer's rate has been measured.
  bool known(uint8_t spatial) const;

  /// Whether what matters to the sharing of links has changed since the last
  /// call that returned true: which layers arrive or are known, or a rate by
  /// more than an eighth.
  bool poll_changed(time_point now);

  /// Octets on the heap.
  size_t memory() const {
    return rows_.capacity() * sizeof(row);
  }

private:
  // What poll_changed() compares.
  struct summary {
    float bps = 0; // of all temporal layers
    uint8_t temporal = 1;
    bool alive = false;
    bool known = false;
  };

  struct row {
    std::array<uint32_t, max_temporal> octets{}; // since the last interval
    std::array<float, max_temporal> bps{};       // each without those below
    time_point last{};
    uint8_t temporal = 1;
    uint8_t samples = 0; // counted up to 3
    bool seen = false;
    summary polled;
  };

  void take_rates(time_point now);

  std::vector<row> rows_;
  bool stacked_ = false; // spatial layers build on each other
  bool keyed_ = false;   // but not between key frames
  time_point since_{};
};

} // namespace troupe::rtp
