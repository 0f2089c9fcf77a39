#pragma once

#include "net/base/bytes.hpp"
#include "net/base/time.hpp"

#include <cstdint>
#include <optional>

namespace troupe::rtp {

/// What the first octets of an Opus packet describe (RFC 6716, section 3.1).
struct opus_descriptor {
  /// The TOC's config number, 0 to 31: mode, bandwidth and frame size.
  uint8_t config = 0;
  bool stereo = false;
  /// 1 to 48.
  uint8_t frame_count = 1;
  /// The duration of one frame.
  net::duration frame_duration{};
  /// Discontinuous transmission: the packet only signals silence.
  bool dtx = false;

  /// The duration of the whole packet, at most 120 ms.
  net::duration packet_duration() const {
    return frame_duration * frame_count;
  }

  bool operator==(const opus_descriptor&) const = default;
};

/// Nothing for an empty payload, and for a frame count that RFC 6716 forbids
/// (section 3.4, R5).
std::optional<opus_descriptor> parse_opus(net::byte_span payload);

} // namespace troupe::rtp
