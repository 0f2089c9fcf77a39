#pragma once

#include "rtp/packet/media_packet.hpp"

#include <array>
#include <optional>
#include <utility>

namespace troupe::rtp {

/// Detects which of a producer's spatial layers arrive. A sender leaves out the
/// higher ones without notice if its link or its video is too small for them. A
/// consumer that waited for such a layer would show nothing.
///
/// A layer counts as gone once the others continued for a while without it, and
/// as present from its first packet on. If all are silent, nothing changes.
class layer_monitor {
public:
  static constexpr size_t max_layers = 8;

  /// A layer may be missing for this time and for so many frames of others.
  static constexpr duration patience = std::chrono::milliseconds{600};
  static constexpr uint32_t frames = 8;

  /// The time that a layer which has never come gets after the first packet.
  static constexpr duration first_patience = std::chrono::milliseconds{300};

  explicit layer_monitor(const producer_layout& x) : layout_(x) {}

  /// Takes the packets that arrived for the producer.
  void handle_batch(const std::vector<media_packet>& batch, time_point now);

  /// A bit for each spatial layer that arrives, or may yet arrive.
  uint8_t alive() const {
    return alive_;
  }

  /// Whether that changed since the last call.
  bool poll_changed() {
    return std::exchange(changed_, false);
  }

private:
  struct layer {
    time_point last{};
    uint32_t frames = 0; // of all layers, up to its last packet
    bool seen = false;
  };

  producer_layout layout_;
  std::array<layer, max_layers> layers_{};
  std::optional<time_point> first_;
  uint32_t frames_ = 0; // of all layers
  uint8_t alive_ = 0xFF;
  bool changed_ = false;
};

} // namespace troupe::rtp
