#pragma once

#include "rtp/base/drop_reason.hpp"
#include "rtp/base/types.hpp"
#include "rtp/recording/frame_drop.hpp"

namespace troupe::rtp {

/// Statistics of one recorded track.
struct recording_stats {
  /// Packets that were handed to the recorder, and those that it refused.
  uint64_t packets = 0;
  drop_counters packet_drops;
  /// Packets that were given up. Those before a jump of the sequence, too.
  uint64_t packets_lost = 0;
  /// Frames of the sender that were recorded, and those that were dropped.
  uint64_t frames = 0;
  uint64_t keyframes = 0;
  uint64_t octets = 0;
  frame_drop_counters frame_drops;
  /// Packets of silence that were recorded.
  uint64_t silence_packets = 0;
  uint64_t keyframe_requests = 0;
  uint64_t reports_ignored = 0;
  /// Corrections of the frames' times that were too large to be gradual.
  uint64_t jumps = 0;
};

} // namespace troupe::rtp
