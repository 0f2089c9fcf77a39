#pragma once

#include "net/base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::load {

/// A frame whose packets arrive.
struct frame_arrival {
  /// The RTP timestamp, which all packets of a frame share.
  uint32_t timestamp = 0;
  /// Distinct packets that have arrived.
  uint16_t arrived = 0;
  /// The packets of the frame; 0 unless it is measured.
  uint16_t packets = 0;
  bool keyframe = false;
  /// When its last packet was to be sent.
  net::time_point sent{};
  /// The latest arrival of a packet.
  net::time_point latest{};

  /// Measures this frame, by the stamp of its last packet.
  void measure(uint16_t packet_count, bool is_keyframe, net::time_point when) {
    packets = packet_count;
    keyframe = is_keyframe;
    sent = when;
  }

  /// How long after its last packet was sent the frame had arrived entirely.
  /// Only once, and only for a measured frame without a missing packet.
  std::optional<net::duration> poll_latency() {
    if (packets == 0 || arrived != packets)
      return std::nullopt;
    packets = 0;
    return latest - sent;
  }
};

/// The latest frames of one video stream. Finds the frame of each packet
/// without an allocation, also if packets are reordered or retransmitted.
class frame_arrivals {
public:
  /// Older frames are forgotten, and so not measured.
  static constexpr size_t window = 8;

  /// Counts a packet that arrived for the first time and returns its frame,
  /// which is valid until the next call.
  frame_arrival& handle_packet(uint32_t timestamp, net::time_point arrival) {
    auto& x = find(timestamp);
    ++x.arrived;
    if (x.arrived == 1 || arrival > x.latest)
      x.latest = arrival;
    return x;
  }

private:
  frame_arrival& find(uint32_t timestamp) {
    // Nearly always the packet belongs to the newest frame.
    for (size_t i = 0; i < count_; ++i) {
      auto& x = frames_[(newest_ + window - i) % window];
      if (x.timestamp == timestamp)
        return x;
    }
    newest_ = (newest_ + 1) % window;
    if (count_ < window)
      ++count_;
    auto& x = frames_[newest_];
    x = {};
    x.timestamp = timestamp;
    return x;
  }

  std::array<frame_arrival, window> frames_{};
  size_t newest_ = window - 1;
  size_t count_ = 0;
};

} // namespace troupe::load
