#pragma once

#include "rtp/media_packet.hpp"

#include <array>
#include <optional>
#include <utility>

namespace troupe::rtp {

/// Finds out which of a producer's spatial layers come. A sender leaves out
/// the higher ones where its link or its picture is too small, without telling
/// anybody; who waits for such would see nothing.
///
/// A layer counts as gone when the others went on for a while and it did not,
/// and as there with its first packet. Where all fall silent, nothing changes.
class layer_monitor {
public:
  static constexpr size_t max_layers = 8;

  /// For so long and so many frames of others a layer may be missing.
  static constexpr duration patience = std::chrono::milliseconds{600};
  static constexpr uint32_t frames = 8;

  /// A layer that has never come has less time from the first packet on.
  static constexpr duration first_patience = std::chrono::milliseconds{300};

  explicit layer_monitor(const producer_layout& x) : layout_(x) {}

  /// What came for the producer.
  void handle_batch(const std::vector<media_packet>& batch, time_point now);

  /// A bit for each spatial layer that comes, or may yet come.
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
