#pragma once

#include "actors/base/ids.hpp"
#include "rtp/send/decision_log.hpp"

#include <vector>

namespace troupe::actors {

/// Explains what a consumer receives: what is wanted, what is sent, the
/// estimate of the link, and the decisions that led there.
struct consumer_explanation {
  consumer_id id;
  producer_id producer;
  rtp::media_kind kind = rtp::media_kind::audio;
  /// By the consumer's client, and by the producer's.
  bool paused = false;
  bool producer_paused = false;
  uint8_t priority = 1;
  /// Why it receives what it does at present.
  rtp::decision_reason reason = rtp::decision_reason::wanted;
  /// The layers that its client wants, those decided, and those being sent,
  /// which may wait for a key frame. Only for video, and while it is sent.
  std::optional<rtp::layers> preferred;
  std::optional<rtp::layers> target;
  std::optional<rtp::layers> current;
  /// The estimated capacity of the receiver's link, the rate of all video sent
  /// to it, and the rate of all video that is wanted.
  std::optional<uint64_t> link_bps;
  uint64_t used_bps = 0;
  uint64_t wanted_bps = 0;
  /// The fraction of packets that the receiver lacks.
  double loss = 0;
  /// Oldest first.
  std::vector<rtp::decision> decisions;
  /// The time of this snapshot, by the clock of `decisions`.
  net::time_point at{};
};

} // namespace troupe::actors
