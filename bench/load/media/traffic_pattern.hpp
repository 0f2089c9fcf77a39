#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::load {

/// The kinds of published streams. Sizes "on the wire" are octets of UDP
/// payload: header, extensions and SRTP's tag included.
enum class traffic : uint8_t {
  /// Opus: 50 packets of 130 octets a second.
  audio,
  /// VP8: 30 frames a second of 1 to 3 packets of 1,200 octets, a key frame
  /// of 20 packets every 3 s: 58 packets a second.
  v600,
  /// The same with frames of 3 to 6 packets: 150 packets a second.
  v1500,
  /// Three encodings of VP8 at 30 frames a second: 100, 300 and 1,200 kbit/s,
  /// packets of at most 1,200 octets, key frames of 2, 5 and 20 packets every
  /// 3 s.
  sim3,
};

/// "audio", "v600", "v1500" or "sim3".
std::string_view to_string(traffic x);

std::optional<traffic> traffic_from(std::string_view name);

inline bool is_audio(traffic x) {
  return x == traffic::audio;
}

/// 3 for sim3, else 1.
inline size_t encoding_count(traffic x) {
  return x == traffic::sim3 ? 3 : 1;
}

/// The time between two frames of a kind, rounded down.
inline std::chrono::nanoseconds frame_interval(traffic x) {
  return std::chrono::nanoseconds{1'000'000'000 / (is_audio(x) ? 50 : 30)};
}

/// One frame, as sizes of packets on the wire.
struct frame_shape {
  uint32_t bytes = 0;
  uint16_t packets = 0;
  bool keyframe = false;

  /// Octets of packet `i` on the wire; packets differ by at most one octet.
  size_t packet_size(size_t i) const {
    return bytes / packets + (i < bytes % packets ? 1 : 0);
  }
};

/// The frames of one encoding: a group of pictures that repeats. The packets
/// and octets of each whole group match the rate exactly.
class traffic_pattern {
public:
  /// `seed` determines the order of larger and smaller frames.
  traffic_pattern(traffic kind, size_t encoding, uint64_t seed);

  /// The shape of the frame with that number, as planned.
  const frame_shape& frame(uint64_t number) const {
    return group_[number % group_.size()];
  }

  /// The frame that answers a key-frame request.
  const frame_shape& keyframe() const {
    return group_.front();
  }

  /// When the frame is due after the first one.
  net::duration offset(uint64_t number) const {
    return std::chrono::nanoseconds{
        static_cast<int64_t>(number * 1'000'000'000 / rate_)};
  }

  /// The RTP timestamp of that frame, from 0 (wraps).
  uint32_t timestamp(uint64_t number) const {
    return static_cast<uint32_t>(number * (clock_rate_ / rate_));
  }

  /// Frames a second.
  uint32_t rate() const {
    return rate_;
  }

  uint32_t clock_rate() const {
    return clock_rate_;
  }

  /// Frames in a group.
  size_t group_size() const {
    return group_.size();
  }

private:
  std::vector<frame_shape> group_;
  uint32_t rate_;
  uint32_t clock_rate_;
};

} // namespace troupe::load
