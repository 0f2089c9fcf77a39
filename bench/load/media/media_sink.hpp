#pragma once

#include "bench/load/media/cheap_random.hpp"
#include "bench/load/media/feedback_schedule.hpp"
#include "bench/load/media/frame_arrivals.hpp"
#include "bench/load/media/media_stats.hpp"
#include "bench/load/media/stamp.hpp"
#include "net/base/bytes.hpp"
#include "net/srtp/source_table.hpp"
#include "net/srtp/srtp_session.hpp"
#include "rtp/receive/nack_generator.hpp"
#include "rtp/receive/transport_feedback_generator.hpp"
#include "rtp/rtcp/compound.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace troupe::load {

/// A stream to receive, as signaling announced it.
struct consumer_config {
  rtp::ssrc ssrc{};
  std::optional<rtp::ssrc> rtx_ssrc;
  rtp::media_kind kind = rtp::media_kind::audio;
  /// Send NACKs for lost packets. Needs `rtx_ssrc`: SRTP rejects
  /// retransmissions under the same sequence number.
  bool nack = false;
  /// The id of the transport-wide sequence number; 0 where not negotiated.
  uint8_t transport_cc_id = 0;
};

struct sink_config {
  /// The share of packets that are decrypted, 0 to 1. Of the others only the
  /// header is read. Always decrypted are the first packet of each SSRC (so
  /// that SRTP's rollover count follows), RTX, video up to the first key frame,
  /// and the last packet of each frame of eight packets or more.
  double decrypt_share = 0.05;
  /// The sender SSRC of our reports.
  rtp::ssrc local_ssrc{1};
  uint64_t seed = 1;
};

/// The receiving half of a client: follows each consumer's sequence numbers,
/// measures latency, and sends the RTCP of a browser: for each video stream a
/// receiver report every 0.5 to 1.5 s, for each audio stream every 2.5 to 7.5
/// s, transport-wide feedback every 50 to 250 ms (see feedback_schedule), NACK,
/// and PLI if video has arrived for 500 ms without a key frame. An engine
/// without sockets and clock; allocates nothing per packet.
class media_sink {
public:
  static constexpr net::duration keyframe_timeout =
      std::chrono::milliseconds{500};

  explicit media_sink(const sink_config& cfg);

  ~media_sink();

  /// Sets the SRTP keys. Without them nothing is decrypted.
  void set_receiver(net::srtp_receiver* x) {
    receiver_ = x;
  }

  void add_consumer(const consumer_config& cfg);

  /// Later packets of that SSRC count as unknown.
  void remove_consumer(rtp::ssrc ssrc);

  size_t consumers() const {
    return consumers_.size();
  }

  /// Handles one SRTP packet as received; may decrypt it in place.
  void handle_rtp(net::mutable_byte_span packet, net::time_point arrival);

  /// Handles a sender report, possibly of a stream without a consumer.
  void handle_sender_report(const rtp::rtcp::sender_info& x,
                            net::time_point arrival);

  void handle_timeout(net::time_point now);

  /// When handle_timeout is next wanted; nothing without consumers. Packets may
  /// bring it forward.
  std::optional<net::time_point> poll_timeout() const;

  /// The next RTCP packet to send, unprotected.
  std::optional<std::vector<uint8_t>> poll_rtcp();

  std::optional<consumer_report> report(rtp::ssrc ssrc) const;

  /// The time of the first key frame of any video consumer.
  const std::optional<net::time_point>& first_keyframe() const {
    return first_keyframe_;
  }

  /// Adds the counts, sequences included.
  void add_to(media_stats& x) const;

  /// Resets the counts at the start of a measurement.
  void reset_counts();

private:
  struct consumer;

  /// The consumer of an SSRC.
  struct route {
    consumer* owner = nullptr; // null if there is none
    bool rtx = false;
    bool seen = false;
  };

  void want(net::time_point x);
  void handle_media(consumer& x, net::mutable_byte_span packet, bool first,
                    net::time_point arrival);
  void handle_rtx(consumer& x, net::mutable_byte_span packet,
                  net::time_point arrival);

  // Decrypts a packet and returns its stamp.
  std::optional<stamp> read_media(consumer& x, net::mutable_byte_span packet,
                                  net::time_point arrival);

  // Records the latency of a frame that is complete.
  void note_frame(frame_arrival& x);

  // Decrypts and returns the payload without padding.
  std::optional<net::byte_span> decrypt(stream_quality& quality,
                                        net::mutable_byte_span packet);

  // Returns the stamp of the payload.
  std::optional<stamp> read_payload(consumer& x, net::byte_span payload,
                                    net::time_point arrival);
  void note_transport_cc(uint8_t id, rtp::ssrc of, net::byte_span packet,
                         net::time_point arrival);
  void write_feedback();
  void write_report(consumer& x, net::time_point now);
  void write_requests(consumer& x, net::time_point now);
  void write_pli(consumer& x);
  void emit(const rtp::rtcp::compound_builder& x);
  stream_quality& quality_of(const consumer& x);

  sink_config config_;
  net::srtp_receiver* receiver_ = nullptr;
  net::source_table<route> routes_;
  std::vector<std::unique_ptr<consumer>> consumers_;
  rtp::transport_feedback_generator feedback_;
  feedback_schedule schedule_;  // of feedback_
  uint8_t transport_cc_id_ = 0; // that of any consumer
  stream_quality audio_;
  stream_quality video_;
  media_stats counts_;
  std::optional<net::time_point> first_keyframe_;
  std::optional<net::time_point> due_; // of any consumer
  std::vector<std::vector<uint8_t>> outgoing_;
  size_t next_outgoing_ = 0;
  std::vector<uint16_t> lost_;
  uint32_t report_random_; // the state of the reports' intervals
  cheap_random random_;
  uint64_t threshold_;
};

} // namespace troupe::load
