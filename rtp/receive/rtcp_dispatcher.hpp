#pragma once

#include "rtp/base/fifo.hpp"
#include "rtp/receive/demuxer.hpp"
#include "rtp/rtcp/compound.hpp"

#include <unordered_map>
#include <variant>

namespace troupe::rtp {

// -- for producers -----------------------------------------------------------

// What round-trip times are computed from has its arrival: it may have waited
// since then.

struct sender_report_received {
  stream_handle producer{};
  rtcp::sender_info info;
  time_point arrival{};
};

struct dlrr_received {
  stream_handle producer{};
  rtcp::dlrr_item item;
  time_point arrival{};
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
  time_point arrival{};
};

// -- for egress --------------------------------------------------------------

struct remb_received {
  uint64_t bitrate_bps = 0;
};

/// A view of the octets given to handle_rtcp().
struct transport_feedback_received {
  rtcp::transport_cc feedback;
};

/// One item of a compound RTCP packet, and the stream that it concerns.
using rtcp_event =
    std::variant<sender_report_received, dlrr_received, bye_received,
                 nack_received, keyframe_request_received,
                 report_block_received, remb_received,
                 transport_feedback_received>;

/// Splits the RTCP of a transport and finds the stream that each item concerns.
/// Items that concern no stream of this transport are dropped, so that a client
/// can reach only its own producers and consumers.
class rtcp_dispatcher {
public:
  /// A compound names at most this many lost packets, as a stream can miss no
  /// more.
  static constexpr size_t max_nacked = 1024;

  /// Adds a consumer's SSRCs. Returns false and changes nothing if another
  /// consumer has one of them.
  bool add_consumer(stream_handle handle, ssrc media, std::optional<ssrc> rtx);

  void remove_consumer(stream_handle handle);

  /// The most receivers whose reference times are answered at once.
  static constexpr size_t max_reference_times = 16;

  /// Reads a compound that arrived at `arrival`. Then call poll_event() until
  /// it is empty, while `compound` is valid.
  void handle_rtcp(net::byte_span compound, const demuxer& producers,
                   time_point arrival);

  std::optional<rtcp_event> poll_event() {
    return events_.pop();
  }

  /// An extended report (DLRR, RFC 3611, section 4.5) that answers the
  /// reference times (RRTR, section 4.4) that arrived since the last call, or
  /// nothing. Call it once for all pending packets: however often a client
  /// asks, it gets one answer, no longer than its request.
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

  void take(const rtcp::sender_report& x, const demuxer& producers,
            time_point arrival);
  void take(const rtcp::bye& x, const demuxer& producers);
  void take(const rtcp::extended_report& x, const demuxer& producers,
            time_point arrival);
  void note_reference_time(ssrc receiver, ntp_time x, time_point arrival);
  void take(const rtcp::nack& x);
  void take(const rtcp::fir& x);
  void take_blocks(const rtcp::record_view<rtcp::report_block>& x,
                   time_point arrival);
  std::optional<stream_handle> consumer_of(ssrc x) const;

  // A receiver's reference time that must be answered.
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
