#pragma once

#include "tests/support/media_packets.hpp"

namespace troupe::test {

/// A batch of one audio packet of 20 ms at 48 kHz that arrives at `now`.
/// `sequence` is the extended sequence number.
inline rtp::media_batch audio_packet(int64_t sequence, net::time_point now) {
  auto spec = packet_spec{};
  spec.sequence = static_cast<uint16_t>(sequence);
  auto x = rtp::media_packet{make_packet(spec, now), sequence, sequence * 960};
  x.keyframe = x.start_of_frame = true;
  return media_of({x});
}

} // namespace troupe::test
