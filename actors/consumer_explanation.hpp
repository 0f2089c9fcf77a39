#pragma once

#include "actors/ids.hpp"
#include "rtp/decision_log.hpp"

#include <vector>

namespace troupe::actors {

/// Why a consumer gets what it gets: what is wanted, what is sent, what is
/// known of the link, and how it came to that.
struct consumer_explanation {
  consumer_id id;
  producer_id producer;
  rtp::media_kind kind = rtp::media_kind::audio;
  /// By its own client, and by the producer's.
  bool paused = false;
  bool producer_paused = false;
  uint8_t priority = 1;
  /// Why it gets what it gets at present.
  rtp::decision_reason reason = rtp::decision_reason::wanted;
  /// What its client wants, what was decided, and what is being sent: that
  /// may wait for a key frame. Of video; nothing where nothing is sent.
  std::optional<rtp::layers> preferred;
  std::optional<rtp::layers> target;
  std::optional<rtp::layers> current;
  /// What the receiver's link is held to carry, what all video to it costs,
  /// and could cost.
  std::optional<uint64_t> link_bps;
  uint64_t used_bps = 0;
  uint64_t wanted_bps = 0;
  /// The share of packets that the receiver lacks.
  double loss = 0;
  /// The oldest first.
  std::vector<rtp::decision> decisions;
  /// When all this was so, by the clock of `decisions`.
  net::time_point at{};
};

} // namespace troupe::actors
