#pragma once

#include "rtp/demuxer.hpp"
#include "rtp/fifo.hpp"
#include "rtp/rtcp/compound.hpp"

#include <unordered_map>
#include <variant>

namespace troupe::rtp {

// -- for producers -----------------------------------------------------------

struct sender_report_received {
  stream_handle producer{};
  rtcp::sender_info info;
};

struct dlrr_received {
  stream_handle producer{};
  rtcp::dlrr_item item;
};

struct bye_received {
  stream_handle producer{};
  rtp::ssrc ssrc{};
};

// -- for consumers -----------------------------------------------------------

struct nack_received {
  stream_handle consumer{};
  std::vector<uint16_t> lost;
};

struct keyframe_request_received {
  stream_handle consumer{};
};

struct report_block_received {
  stream_handle consumer{};
  rtcp::report_block block;
};

// -- for egress --------------------------------------------------------------

struct remb_received {
  uint64_t bitrate_bps = 0;
};

/// A view of the octets given to handle_rtcp().
struct transport_feedback_received {
  rtcp::transport_cc feedback;
};

/// One thing that a compound RTCP packet says, and to whom.
using rtcp_event =
    std::variant<sender_report_received, dlrr_received, bye_received,
                 nack_received, keyframe_request_received,
                 report_block_received, remb_received,
                 transport_feedback_received>;

/// Takes the RTCP of a transport apart and says whom each piece concerns.
/// What concerns nobody on this transport is left out, so that a client can
/// reach its own producers and consumers only.
class rtcp_dispatcher {
public:
  /// No compound names more lost packets than a stream can be missing.
  static constexpr size_t max_nacked = 1024;

  /// A consumer's SSRCs. False, and nothing changes, where another has one.
  bool add_consumer(stream_handle who, ssrc media, std::optional<ssrc> rtx);

  void remove_consumer(stream_handle who);

  /// The most receivers whose reference times one answer names.
  static constexpr size_t max_reference_times = 16;

  /// Reads a compound that came at `arrival`; then poll_event() until it is
  /// empty, while `compound` lives.
  void handle_rtcp(net::byte_span compound, const demuxer& producers,
                   time_point arrival);

  std::optional<rtcp_event> poll_event() {
    return events_.pop();
  }

  /// An extended report (DLRR, RFC 3611, section 4.5) that answers the
  /// reference times (RRTR, section 4.4) that came since the last call, or
  /// nothing. To be called once for all that is at hand: however often a client
  /// asks, it gets one answer, no longer than what it sent.
  std::optional<std::vector<uint8_t>> poll_rtcp(time_point now);

  /// RTCP packets that were malformed.
  uint64_t malformed() const {
    return malformed_;
  }

private:
  struct target {
    stream_handle consumer{};
    bool rtx = false;
  };

  void take(const rtcp::sender_report& x, const demuxer& producers);
  void take(const rtcp::bye& x, const demuxer& producers);
  void take(const rtcp::extended_report& x, const demuxer& producers,
            time_point arrival);
  void note_reference_time(ssrc receiver, ntp_time x, time_point arrival);
  void take(const rtcp::nack& x);
  void take(const rtcp::fir& x);
  void take_blocks(const rtcp::record_view<rtcp::report_block>& x);
  std::optional<stream_handle> consumer_of(ssrc x) const;

  // Of a receiver, to be answered.
  struct reference_time {
    ssrc receiver{};
    uint32_t middle = 0; // of the receiver's NTP time
    time_point arrival;
  };

  std::unordered_map<ssrc, target> consumers_;
  std::vector<reference_time> reference_times_;
  fifo<rtcp_event> events_;
  uint64_t malformed_ = 0;
};

} // namespace troupe::rtp
