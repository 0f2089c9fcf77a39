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

/// The quality of received media of one kind (audio or video).
struct stream_quality {
  /// Media packets, RTX included.
  traffic_count received;
  sequence_counts sequence;
  /// Packets that were decrypted and so authenticated.
  uint64_t decrypted = 0;
  /// Packets that SRTP rejected.
  uint64_t decrypt_failures = 0;
  /// Decrypted packets without our stamp (padding, probes).
  uint64_t unstamped = 0;
  /// Key frames whose first packet was among the decrypted.
  uint64_t keyframes = 0;
  /// From the sender's stamp to the kernel's receive time, of decrypted packets
  /// that are not retransmissions. Impairment included.
  latency_histogram latency;
  /// Video frames that arrived entirely, key frames apart: from the planned
  /// send time of a frame's last packet to the arrival of the packet that
  /// completed it. Of frames whose last packet was decrypted, and of all large
  /// ones.
  latency_histogram frame_latency;
  latency_histogram keyframe_latency;

  void add(const stream_quality& x);
};

/// The figures of one transport, or the sum of many.
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

  /// RTP of SSRCs without a consumer (probes, early media).
  uint64_t unknown_ssrc = 0;
  /// RTCP that SRTP rejected.
  uint64_t rtcp_failures = 0;
  /// Datagrams dropped by the kernel because our receive buffer was full: the
  /// generator's fault, not the server's.
  uint64_t kernel_drops = 0;
  /// Datagrams that the kernel refused to send.
  uint64_t send_failures = 0;
  /// Datagrams dropped by the impairment.
  uint64_t impaired_in = 0;
  uint64_t impaired_out = 0;

  // -- of our sources --------------------------------------------------------

  /// PLI and FIR received, and key frames sent for any reason.
  uint64_t keyframe_requests = 0;
  uint64_t keyframes_sent = 0;
  /// Packets requested by NACK, and packets retransmitted by RTX.
  uint64_t packets_nacked = 0;
  uint64_t packets_resent = 0;
  /// Transport-wide feedback and REMB received.
  uint64_t feedbacks_received = 0;

  // -- of our consumers ------------------------------------------------------

  uint64_t plis_sent = 0;
  /// Packets that we requested by NACK.
  uint64_t packets_requested = 0;
  uint64_t feedbacks_sent = 0;

  void add(const media_stats& x);

  /// Media packets lost after the server, less those that our own sockets
  /// dropped: the losses that the server caused.
  uint64_t lost_by_server() const;
};

/// When a transport reached each step, on the monotonic clock.
struct transport_times {
  net::time_point started{};
  std::optional<net::time_point> ice_connected;
  std::optional<net::time_point> dtls_connected;
  /// The kernel's receive time of the first RTP packet.
  std::optional<net::time_point> first_media;
  /// The same for the first packet of the first video key frame.
  std::optional<net::time_point> first_keyframe;
};

/// The figures of one consumer.
struct consumer_report {
  sequence_counts sequence;
  std::optional<net::time_point> first_packet;
  std::optional<net::time_point> last_packet;
  std::optional<net::time_point> first_keyframe;
  /// The longest time between the arrivals of two packets, by the kernel.
  net::duration longest_gap{};
};

/// Whether the generator itself kept pace. A run is void if it did not, because
/// it then measured the generator's delays.
struct generator_health {
  /// How long after its planned time each packet was sent, or in bursts each
  /// frame. Includes the tick of the loop (half a millisecond by default).
  latency_histogram lateness;
  uint64_t frames_sent = 0;
  /// Frames omitted because the generator was more than 200 ms late.
  uint64_t frames_skipped = 0;
  /// As in media_stats, of all transports.
  uint64_t kernel_drops = 0;
  uint64_t send_failures = 0;

  /// True if no frame was skipped, no datagram lost in our own sockets, and the
  /// p99 of lateness is within `limit`.
  bool kept_pace(net::duration limit = std::chrono::milliseconds{5}) const {
    return frames_skipped == 0 && kernel_drops == 0 && send_failures == 0
           && lateness.quantile(0.99) <= limit;
  }

  void add(const generator_health& x);
};

} // namespace troupe::load
