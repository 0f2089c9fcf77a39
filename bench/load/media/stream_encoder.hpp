#pragma once

#include "bench/load/media/header_template.hpp"
#include "bench/load/media/packet_spacing.hpp"
#include "bench/load/media/traffic_pattern.hpp"
#include "net/base/bytes.hpp"
#include "net/base/rng.hpp"
#include "rtp/rtcp/nack.hpp"
#include "rtp/rtcp/sender_report.hpp"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::load {

struct encoding_config;
struct source_config;

/// A packet before SRTP: valid until the encoder's next call. The transport
/// writes its own values into the header first.
struct plain_packet {
  net::mutable_byte_span header;
  net::byte_span payload;
  size_t abs_send_time_offset = 0;
  size_t transport_cc_offset = 0;
};

/// The counts of an encoder.
struct encoder_counts {
  uint64_t frames = 0;
  uint64_t frames_skipped = 0;
  uint64_t keyframes = 0;
  uint64_t keyframe_requests = 0;
  uint64_t packets_nacked = 0;
  uint64_t packets_resent = 0;
};

/// Sends the frames of one encoding under one SSRC: Opus or VP8 payloads that
/// an SFU can parse, around a stamp. An engine: `handle_timeout` makes a frame
/// and releases its packets when they are due, `poll_packet` returns them.
class stream_encoder {
public:
  /// Frames that are later than this are skipped and counted.
  static constexpr net::duration max_lateness = std::chrono::milliseconds{200};

  /// A key-frame request within this time after a key frame is ignored, as in
  /// Chromium.
  static constexpr net::duration keyframe_interval =
      std::chrono::milliseconds{300};

  /// The number of packets kept for retransmission.
  static constexpr size_t history = 512;

  stream_encoder(const source_config& source, size_t encoding, net::rng& random,
                 const arrival_config& arrivals = {});

  rtp::ssrc ssrc() const {
    return ssrc_;
  }

  std::optional<rtp::ssrc> rtx_ssrc() const {
    return rtx_ssrc_;
  }

  /// The first frame is a key frame and due at `first`.
  void start(net::time_point first, size_t tag_octets);

  void stop();

  // -- frames ----------------------------------------------------------------

  /// When the next packet is due; nothing while stopped.
  std::optional<net::time_point> poll_timeout() const {
    return packet_due_;
  }

  /// Releases the packets that are planned for the next instant, if that has
  /// come: a whole frame if frames are sent in bursts. Returns how late they
  /// are. Call it again if `poll_timeout` is still due.
  std::optional<net::duration> handle_timeout(net::time_point now);

  /// The next packet to send: retransmissions first, then those released. `now`
  /// is the send time in its stamp.
  std::optional<plain_packet> poll_packet(net::time_point now);

  // -- feedback --------------------------------------------------------------

  /// Handles PLI or FIR: the next frame will be a key frame.
  void handle_keyframe_request(net::time_point now);

  void handle_nack(const rtp::rtcp::nack& x);

  /// The receiver knows the SSRC, so MID and RID may be omitted.
  void handle_report() {
    identified_ = true;
  }

  void set_audio_level(uint8_t level) {
    audio_level_ = level;
  }

  /// The content of a sender report, once a packet was sent.
  std::optional<rtp::rtcp::sender_info> report(net::time_point now) const;

  const encoder_counts& counts() const {
    return counts_;
  }

  void reset_counts() {
    counts_ = {};
  }

private:
  /// The values that differ between packets.
  struct packet_record {
    net::time_point sent{};
    net::duration late{};
    uint32_t counter = 0;
    uint32_t timestamp = 0;
    uint16_t sequence = 0;
    uint16_t payload_size = 0;
    uint16_t frame_packets = 0;
    uint16_t picture_id = 0;
    uint8_t tl0picidx = 0;
    bool keyframe = false;
    bool first = false;
    bool last = false;
  };

  /// Writes the part of a payload that is not padding.
  void write_payload(const packet_record& x, uint8_t* out) const;
  size_t fixed_payload(const packet_record& x) const;
  plain_packet send(packet_record x);
  // Skips frames that are too late; returns whether there were any.
  bool skip_frames(net::time_point now);
  void begin_frame(net::time_point now);
  void release_packets(net::time_point planned);
  void next_frame();
  std::optional<plain_packet> resend(uint16_t sequence);
  plain_packet plain(const header_template& header, size_t payload_size);

  // -- fixed -----------------------------------------------------------------
  rtp::ssrc ssrc_;
  std::optional<rtp::ssrc> rtx_ssrc_;
  bool audio_;
  traffic_pattern pattern_;
  // The headers with and without the MID and RID that identify the SSRC.
  header_template identifying_;
  header_template header_;
  header_template rtx_header_;
  size_t tag_octets_ = 16;

  // -- the frame -------------------------------------------------------------
  std::optional<net::time_point> due_;        // the next frame
  std::optional<net::time_point> packet_due_; // the next packet, as planned
  net::time_point origin_{}; // when frame number `origin_frame_` was due
  uint64_t origin_frame_ = 0;
  uint64_t frame_number_ = 0;
  frame_shape frame_;
  size_t next_packet_ = 0;    // in frame_; frame_.packets if none is left
  size_t released_ = 0;       // packets of frame_ that may be sent
  net::time_point planned_{}; // for the packets released last
  bool want_keyframe_ = false;
  std::optional<net::time_point> last_keyframe_;

  // -- the stream ------------------------------------------------------------
  uint16_t sequence_;
  uint16_t rtx_sequence_;
  uint32_t first_timestamp_;
  uint32_t timestamp_ = 0;
  net::time_point timestamp_at_{};
  uint16_t picture_id_;
  uint8_t tl0picidx_;
  uint8_t audio_level_;
  uint32_t counter_ = 0;
  uint32_t octets_ = 0;
  bool identified_ = false;
  std::vector<packet_record> history_; // by sequence number modulo its size
  std::vector<uint16_t> wanted_;       // to be retransmitted
  packet_spacing spacing_;

  encoder_counts counts_;
  std::array<uint8_t, header_template::capacity> header_buffer_{};
  std::array<uint8_t, 1500> payload_buffer_;
};

} // namespace troupe::load
