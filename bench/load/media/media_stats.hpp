#pragma once

#include "bench/load/media/latency_histogram.hpp"
#include "bench/load/media/sequence_checker.hpp"
#include "net/base/time.hpp"

#include <optional>

namespace troupe::load {

/// Packets, and octets of UDP payload.
struct traffic_count {
  uint64_t packets = 0;
  uint64_t bytes = 0;

  void add(size_t octets) {
    ++packets;
    bytes += octets;
  }

  void add(const traffic_count& x) {
    packets += x.packets;
    bytes += x.bytes;
  }
};

/// How media of one kind (audio or video) came out of the server.
struct stream_quality {
  /// Media packets, RTX included.
  traffic_count received;
  sequence_counts sequence;
  /// Packets that were decrypted, that is authenticated.
  uint64_t decrypted = 0;
  /// Packets that SRTP refused.
  uint64_t decrypt_failures = 0;
  /// Decrypted packets without our stamp (padding, probes).
  uint64_t unstamped = 0;
  /// Key frames whose first packet was among the decrypted.
  uint64_t keyframes = 0;
  /// From the stamp of the sender to the kernel's receive time, of decrypted
  /// packets that are no retransmissions. Impairment included.
  latency_histogram latency;

  void add(const stream_quality& x);
};

/// What one transport has seen, or the sum of many.
struct media_stats {
  /// All datagrams after (in) or before (out) our own impairment.
  traffic_count in;
  traffic_count out;
  /// Of these, RTP and RTCP.
  traffic_count rtp_in;
  traffic_count rtp_out;
  traffic_count rtcp_in;
  traffic_count rtcp_out;

  stream_quality audio;
  stream_quality video;

  /// RTP of SSRCs that no consumer is known for (probes, early media).
  uint64_t unknown_ssrc = 0;
  /// RTCP that SRTP refused.
  uint64_t rtcp_failures = 0;
  /// Dropped by the kernel because our receive buffer was full: the
  /// generator's fault, not the server's.
  uint64_t kernel_drops = 0;
  /// Datagrams that the kernel would not take from us.
  uint64_t send_failures = 0;
  /// Lost on purpose.
  uint64_t impaired_in = 0;
  uint64_t impaired_out = 0;

  // -- of our sources --------------------------------------------------------

  /// PLI and FIR that came, and key frames sent for whatever reason.
  uint64_t keyframe_requests = 0;
  uint64_t keyframes_sent = 0;
  /// Packets asked for by NACK, and sent again by RTX.
  uint64_t packets_nacked = 0;
  uint64_t packets_resent = 0;
  /// Transport-wide feedback and REMB that came.
  uint64_t feedbacks_received = 0;

  // -- of our consumers ------------------------------------------------------

  uint64_t plis_sent = 0;
  /// Packets that we asked for by NACK.
  uint64_t packets_requested = 0;
  uint64_t feedbacks_sent = 0;

  void add(const media_stats& x);

  /// Media packets lost on the way from the server, less those that our own
  /// socket lost: what the server is to blame for.
  uint64_t lost_by_server() const;
};

/// When a transport came how far. All on the monotonic clock.
struct transport_times {
  net::time_point started{};
  std::optional<net::time_point> ice_connected;
  std::optional<net::time_point> dtls_connected;
  /// The kernel's receive time of the first RTP packet.
  std::optional<net::time_point> first_media;
  /// The same of the first packet of the first video key frame.
  std::optional<net::time_point> first_keyframe;
};

/// What one consumer has received.
struct consumer_report {
  sequence_counts sequence;
  std::optional<net::time_point> first_packet;
  std::optional<net::time_point> last_packet;
  std::optional<net::time_point> first_keyframe;
};

/// Whether the generator itself kept pace. A run is void where it did not:
/// what it measured is then its own slowness.
struct generator_health {
  /// How long after its due time each frame was sent. The tick of the loop
  /// (half a millisecond by default) is in there.
  latency_histogram lateness;
  uint64_t frames_sent = 0;
  /// Left out because the generator was more than 200 ms late.
  uint64_t frames_skipped = 0;
  /// As in media_stats, of all transports.
  uint64_t kernel_drops = 0;
  uint64_t send_failures = 0;

  /// No frame skipped, nothing lost in our own sockets, and the p99 of
  /// lateness within `limit`.
  bool kept_pace(net::duration limit = std::chrono::milliseconds{5}) const {
    return frames_skipped == 0 && kernel_drops == 0 && send_failures == 0
           && lateness.quantile(0.99) <= limit;
  }

  void add(const generator_health& x);
};

} // namespace troupe::load
