#pragma once

#include "net/base/bytes.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/base/stats.hpp"
#include "rtp/rtcp/transport_cc.hpp"

#include <span>
#include <vector>

namespace troupe::rtp {

/// Reports to a sender how its packets arrived, for its bandwidth estimation:
/// by transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions)
/// every 100 ms while packets have transport-wide sequence numbers, otherwise,
/// if REMB was negotiated, by a bitrate that it may use.
///
/// A packet that arrives after it was reported lost is reported again as
/// received, together with all later arrivals and their times.
class transport_feedback_generator {
public:
  static constexpr duration interval = std::chrono::milliseconds{100};
  static constexpr duration remb_interval = std::chrono::seconds{1};
  /// The REMB of a stream that begins or continues after a silence, and the
  /// least REMB.
  static constexpr uint64_t start_remb_bps = 600'000;
  static constexpr uint64_t min_remb_bps = 100'000;

  struct config {
    /// The sender SSRC of our RTCP.
    ssrc local_ssrc{1};
    /// REMB was negotiated without transport-cc.
    bool remb = false;
    /// The highest REMB.
    uint64_t max_remb_bps = 20'000'000;
    /// Transport-wide feedback is built by `report` alone, when the caller
    /// chooses, or if very many packets wait for it.
    bool on_demand = false;
  };

  explicit transport_feedback_generator(const config& x);

  /// Takes an authenticated packet with a transport-wide sequence number.
  /// `media` is its SSRC.
  void handle_packet(uint16_t sequence_number, ssrc media, time_point arrival);

  /// Takes an authenticated packet without one, of `octets` on the wire.
  void handle_untagged_packet(ssrc media, size_t octets, time_point arrival);

  void handle_timeout(time_point now);

  /// Builds feedback about the packets that it has not reported yet.
  void report();

  /// The next RTCP packet to send.
  std::optional<std::vector<uint8_t>> poll_rtcp();

  std::optional<time_point> poll_timeout() const;

private:
  struct arrival_record {
    int64_t sequence = INT64_MIN; // none
    time_point at;
  };

  /// How far back from the newest packet a late one is reported together with
  /// later arrivals; a power of two.
  static constexpr int64_t history_size = 512;

  static bool by_sequence(const arrival_record& x, const arrival_record& y) {
    return x.sequence < y.sequence;
  }

  void begin_anew();
  bool remember(const arrival_record& x);
  arrival_record& slot(int64_t sequence);
  const arrival_record* find_arrival(int64_t sequence);
  void add_reported_since(int64_t sequence);
  void build_feedback();
  void build_far_back(std::span<const arrival_record> arrivals);
  void build_feedback(std::span<const arrival_record> arrivals, int64_t base);
  void flush_builder();
  void follow_arrivals(time_point now);
  void build_remb();

  config config_;
  wrap_extender<uint16_t> extender_;
  std::vector<arrival_record> arrivals_; // not yet reported
  std::vector<arrival_record> history_;  // a ring; empty before the first
  int64_t newest_ = INT64_MIN;
  rtcp::transport_cc_builder builder_;
  std::optional<int64_t> next_; // first sequence not yet reported
  ssrc media_{};
  uint8_t feedback_count_ = 0;
  std::optional<time_point> due_;
  // REMB
  rate_meter rate_;
  std::vector<ssrc> sources_;
  uint64_t remb_bps_ = 0;
  std::optional<time_point> remb_due_;
  fifo<std::vector<uint8_t>> out_;
};

} // namespace troupe::rtp
