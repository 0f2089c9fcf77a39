#pragma once

#include "rtp/packet/header_extensions.hpp"

namespace troupe::rtp {

/// The loudness of a producer: the average over an interval of the levels that
/// its packets carry (RFC 6464).
class audio_levels {
public:
  /// Takes the level of one packet.
  void handle_level(const audio_level& x);

  /// The average since the last call in dBov, -127 to 0, or nothing if fewer
  /// than `min_packets` packets carried a level.
  std::optional<int8_t> take(unsigned min_packets = 1);

private:
  uint32_t sum_ = 0;
  uint32_t count_ = 0;
};

} // namespace troupe::rtp
