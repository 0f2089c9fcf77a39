#pragma once

#include "rtp/base/stats.hpp"
#include "rtp/rtcp/compound.hpp"

#include <array>
#include <memory>

namespace troupe::rtp {

/// One SSRC as a consumer sends it: the packets sent, the receiver's reports,
/// and the permitted retransmissions. A receiver that requests everything all
/// the time gets each packet at most max_retries times, at most once per round
/// trip, and at most a fourth of the bitrate as retransmissions in total.
class send_stream {
public:
  static constexpr unsigned max_retries = 10;
  /// The divisor of the bitrate that gives the share of retransmissions.
  static constexpr unsigned share_divisor = 4;
  static constexpr int64_t initial_allowance = 4 * 1200;
  static constexpr int64_t max_allowance = 48 * 1024;

  /// The first octets of this object: all that handle_sent() touches.
  static constexpr size_t hot_octets = 64;

  explicit send_stream(ssrc media) : ssrc_(media) {}

  /// Notes a media packet with `octets` of payload that is sent.
  void handle_sent(uint16_t sequence, size_t octets, time_point now);

  /// Sets the number of the next packet. Packets before it are not sent again.
  void renumber(uint16_t next) {
    newest_ = static_cast<uint16_t>(next - 1);
    attempts_.reset();
  }

  /// Whether packet `sequence` may be sent again now; counts the attempt.
  bool admit_retransmission(uint16_t sequence, time_point now);

  /// Whether the share of the bitrate permits `octets` more; if so, takes them.
  bool spend(size_t octets);

  void handle_report_block(const rtcp::report_block& x, time_point now);

  /// Makes a sender report that relates `timestamp` to `ntp`.
  rtcp::sender_info make_sender_report(ntp_time ntp, uint32_t timestamp,
                                       time_point now);

  std::optional<uint8_t> poll_score();

  std::optional<duration> round_trip_time() const {
    if (round_trip_us_ == 0)
      return std::nullopt;
    return std::chrono::microseconds{round_trip_us_};
  }

  /// Octets on the heap.
  size_t heap() const {
    return attempts_ ? sizeof(attempt_table) : 0;
  }

  uint64_t packets() const {
    return packets_;
  }

  /// Writes its statistics into `out`.
  void fill(forwarder_stats& out, time_point now) const;

private:
  // How often a packet was requested, and when last, in units of 8 ms modulo
  // 256. Only newer packets take over an entry, so a receiver cannot reset a
  // count by requesting others in between. Old entries are swept before the
  // sequence wraps to numbers from which they would look new.
  struct attempt {
    uint16_t sequence = 0;
    uint8_t count = 0;
    uint8_t when = 0;
  };

  static constexpr size_t attempt_count = 512;
  using attempt_table = std::array<attempt, attempt_count>;

  // When the last reports were sent, to compute the round trip: in microseconds
  // modulo 2^32, since only short differences count.
  struct sent_report {
    uint32_t ntp_middle = 0;
    uint32_t at_us = 0;
  };

  void sweep();
  void update_score();

  // The members up to rate_ are hot: see hot_octets.
  uint16_t newest_ = 0;
  uint8_t score_ = 10;
  bool score_changed_ = false;
  ssrc ssrc_;
  std::unique_ptr<attempt_table> attempts_; // null until the first NACK
  uint64_t packets_ = 0;
  uint64_t octets_ = 0;
  int64_t allowance_ = initial_allowance;
  rate_meter rate_;
  uint64_t rtx_octets_ = 0;
  uint32_t rtx_packets_ = 0;
  uint32_t refused_ = 0;
  uint32_t packets_scored_ = 0; // modulo 2^32
  uint32_t rtx_scored_ = 0;
  float loss_average_ = 0; // of packets not repaired
  int32_t packets_lost_ = 0;
  uint32_t round_trip_us_ = 0; // 0: unknown
  uint8_t fraction_lost_ = 0;
  uint8_t next_report_ = 0;
  std::array<sent_report, 4> reports_{};
};

static_assert(sizeof(send_stream) <= 136, "of each consumer");

} // namespace troupe::rtp
