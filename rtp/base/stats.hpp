#pragma once

#include "rtp/base/drop_reason.hpp"
#include "rtp/base/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::rtp {

/// Measures the bitrate of a stream: an average over the last second or so,
/// in two half-second buckets; some 40 octets, no allocation.
class rate_meter {
public:
  void add(size_t octets, time_point now);

  /// In bits per second; 0 after a second without octets.
  uint64_t bitrate_bps(time_point now) const;

private:
  static constexpr auto bucket = std::chrono::milliseconds{500};

  time_point start_{};
  uint32_t current_ = 0;
  uint32_t previous_ = 0;
  bool started_ = false;
};

/// The score of a stream with this share of lost packets: 10 without loss,
/// about 8 at 10 %, 5 at 30 %, 1 or less from 70 % on.
uint8_t score_of_loss(double share);

/// Statistics of one incoming encoding.
struct receive_stream_stats {
  rtp::ssrc ssrc{};
  std::optional<rtp::ssrc> rtx_ssrc;
  std::string rid;
  uint64_t packets = 0;
  uint64_t octets = 0;
  uint64_t bitrate_bps = 0;
  /// Expected minus received, RTX counted as received.
  int64_t packets_lost = 0;
  uint8_t fraction_lost = 0;
  duration jitter{};
  uint64_t packets_repaired = 0;
  uint64_t rtx_packets = 0;
  uint64_t nacks_sent = 0;
  uint64_t packets_nacked = 0;
  uint64_t plis_sent = 0;
  uint64_t firs_sent = 0;
  uint64_t keyframes = 0;
  std::optional<duration> round_trip_time;
  uint8_t score = 10;
  drop_counters drops;
};

/// Statistics of a producer: an entry for each encoding that has been seen, and
/// packets that belong to none.
struct receiver_stats {
  std::vector<receive_stream_stats> streams;
  drop_counters drops;
};

/// Statistics of a consumer.
struct forwarder_stats {
  rtp::ssrc ssrc{};
  std::optional<rtp::ssrc> rtx_ssrc;
  uint64_t packets = 0;
  /// Octets of payload.
  uint64_t octets = 0;
  uint64_t bitrate_bps = 0;
  uint64_t rtx_packets = 0;
  uint64_t rtx_octets = 0;
  /// As the receiver reports.
  int64_t packets_lost = 0;
  uint8_t fraction_lost = 0;
  std::optional<duration> round_trip_time;
  uint64_t nacks_received = 0;
  uint64_t packets_nacked = 0;
  /// Requests refused: too often, too soon, or beyond the share of the bitrate.
  uint64_t retransmissions_refused = 0;
  uint64_t keyframe_requests_received = 0;
  /// How often the stream began again because no whole picture was completed
  /// for long although packets arrived.
  uint64_t freezes = 0;
  uint8_t score = 10;
  drop_counters drops;
};

/// Statistics of a transport's sending side.
struct egress_stats {
  uint64_t packets = 0;
  uint64_t octets = 0;
  uint64_t bitrate_bps = 0;
  uint64_t rtx_packets = 0;
  /// Packets of padding, to probe the link.
  uint64_t probe_packets = 0;
  /// The rate that the receiver reports it can take, if it uses REMB.
  std::optional<uint64_t> remb_bps;
  /// The estimate of what the receiver's link carries, by feedback of any kind.
  std::optional<uint64_t> available_bps;
  /// Packets that transport-wide feedback reported.
  uint64_t feedback_packets = 0;
  uint64_t feedback_lost = 0;
  drop_counters drops;
};

} // namespace troupe::rtp
