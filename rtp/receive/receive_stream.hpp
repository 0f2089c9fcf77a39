#pragma once

#include "rtp/base/keyframe_requester.hpp"
#include "rtp/base/stats.hpp"
#include "rtp/codec/payload_descriptor.hpp"
#include "rtp/packet/media_packet.hpp"
#include "rtp/receive/keyframe_answers.hpp"
#include "rtp/receive/loss_report.hpp"
#include "rtp/receive/nack_generator.hpp"
#include "rtp/receive/retransmission_buffer.hpp"
#include "rtp/rtcp/compound.hpp"

#include <array>

namespace troupe::rtp {

/// An encoding of a producer as it arrives: extended sequence, deduplication,
/// loss and jitter (RFC 3550, appendix A), the packets to NACK, and the packets
/// stored for retransmission.
class receive_stream {
public:
  struct config {
    uint8_t index = 0;
    media_kind kind = media_kind::video;
    rtp::codec codec = codec::other_video;
    uint32_t clock_rate = 90000;
    extension_map extensions;
    /// The layers that the sender signaled.
    producer_layout layout;
    /// Whether to request missing packets.
    bool nack = false;
    /// Whether to store packets for consumers that send NACKs or start late.
    bool keep = false;
    /// Whether the sender takes requests for key frames. The last group of
    /// pictures of a deaf sender is kept whole.
    bool takes_keyframe_requests = true;
    nack_generator::config nacks;
    retransmission_buffer::limits buffer;
    /// Stores packets; null creates a keeper of its own.
    std::shared_ptr<packet_keeper> keeper = nullptr;
    /// Without packets for this long, the stream is inactive.
    duration inactivity = std::chrono::seconds{2};
  };

  /// How often the sender is asked for a key frame. Allows a few in quick
  /// succession, since a new client may be sent a key frame before it can
  /// receive it. They are more than 300 ms apart, since libwebrtc ignores a
  /// request within 300 ms of the last one.
  static constexpr keyframe_requester::intervals keyframe_intervals{
      .burst = 3, .spacing = std::chrono::milliseconds{350}};

  receive_stream(const config& x, ssrc media);

  /// Takes a media packet. Appends packets to forward to `out`.
  void handle_media(const packet& x, time_point now,
                    std::vector<media_packet>& out);

  /// Takes a packet restored from RTX. Never moves the newest sequence by much.
  void handle_repair(const packet& x, time_point now,
                     std::vector<media_packet>& out);

  /// Only tracks sequence numbers: the producer is paused.
  void handle_ignored(const packet& x, time_point now);

  /// Takes one of few packets of a stream that no consumer attends: the others
  /// were dropped before decryption, and count neither as received nor as lost.
  void handle_sample(const packet& x, time_point now);

  void count_drop(drop_reason reason) {
    drops_.add(reason);
  }

  void count_rtx() {
    ++rtx_packets_;
  }

  /// Stores the relation of media time to wall clock time.
  source_report handle_sender_report(const rtcp::sender_info& x,
                                     time_point now);

  void set_round_trip_time(duration x);

  /// Ends an interval of loss statistics and describes it. `elsewhere`: see
  /// loss_report.
  rtcp::report_block make_report_block(time_point now, uint8_t elsewhere = 0);

  /// The score (0 to 10), if it changed since the last call.
  std::optional<uint8_t> poll_score();

  /// Whether the stream is active, if that changed since the last call.
  std::optional<bool> poll_activity();

  /// Whether a key frame began to arrive since the last call.
  bool poll_keyframe();

  void handle_timeout(time_point now);

  /// The sender left (BYE), or nothing arrived for long.
  void end();

  std::optional<time_point> poll_timeout() const;

  /// Stops waiting for missing packets and releases stored ones: packets before
  /// the next one are neither requested nor returned.
  void reset_repairs();

  /// Another SSRC takes over (the sender restarted). Its first packet may have
  /// any sequence number.
  void rebind(ssrc media);

  /// Stores packets for retransmission from now on.
  void keep_packets() {
    config_.keep = true;
  }

  nack_generator& nacks() {
    return nacks_;
  }

  keyframe_requester& keyframes() {
    return keyframes_;
  }

  const keyframe_requester& keyframes() const {
    return keyframes_;
  }

  /// A stored packet with a payload to repeat, or null.
  const media_packet* find(int64_t sequence) const {
    auto* x = kept_.find(sequence);
    return x != nullptr && !x->filler ? x : nullptr;
  }

  /// All packets from the start of the newest key frame to the newest before
  /// `end`, in ascending order. Empty if the key frame began more than
  /// `max_age` ago or not before `end`, if there are more than `max_packets`,
  /// or if a packet is missing and `incomplete` is false.
  std::vector<media_packet> last_group(duration max_age, size_t max_packets,
                                       time_point now, bool incomplete = false,
                                       int64_t end = INT64_MAX) const;

  /// Octets of memory that stored packets take.
  size_t kept_memory() const {
    return kept_.memory();
  }

  rtp::ssrc ssrc() const {
    return ssrc_;
  }

  bool active() const {
    return active_;
  }

  void count_nacks(size_t packets) {
    ++nacks_sent_;
    packets_nacked_ += packets;
  }

  /// A request for a key frame has been sent.
  void note_keyframe_request(bool fir, time_point now) {
    ++(fir ? firs_sent_ : plis_sent_);
    answers_.handle_request(now);
    apply_answers();
  }

  /// No key frame is wanted any more.
  void cancel_keyframe_request() {
    keyframes_.handle_keyframe();
    answers_.cancel();
  }

  /// Whether the sender does not answer requests for key frames.
  bool deaf() const {
    return deaf_;
  }

  /// Whether deaf() changed since the last call.
  bool poll_deaf_changed() {
    return std::exchange(deaf_changed_, false);
  }

  receive_stream_stats stats(time_point now) const;

private:
  // The start of the newest key frame.
  struct group_start {
    int64_t sequence = 0;
    int64_t timestamp = 0;
    time_point arrival{};
  };

  // A picture that is arriving.
  struct picture {
    int64_t timestamp = INT64_MIN;
    int64_t first = INT64_MAX / 2; // sequence where it starts and ends
    int64_t last = 0;
    int64_t packets = 0;
  };

  static constexpr int max_dropout = 3000;
  static constexpr int window = 2048;

  void begin(const packet& x, time_point now);
  // The packets before this one that did not come were left out on purpose.
  void excuse_gap(const packet& x);
  void restart(const packet& x, time_point now);
  void accept(const packet& x, int64_t sequence, bool repaired, time_point now,
              std::vector<media_packet>& out);
  void describe(media_packet& x);
  void take(const payload_descriptor& from, media_packet& to);
  loss_report::counts counts() const;
  void note_keyframe(const media_packet& x);
  void apply_answers();
  void note_picture(media_packet& x);
  bool note_sequence(int64_t sequence, bool repaired);
  void note_arrival(time_point now);
  void update_jitter(const packet& x);
  void set_score(uint8_t x);

  config config_;
  rtp::ssrc ssrc_;
  nack_generator nacks_;
  keyframe_requester keyframes_{keyframe_intervals};
  keyframe_answers answers_;
  retransmission_buffer kept_;
  payload_describer describer_;

  bool started_ = false;
  bool rebound_ = false; // nothing of the new SSRC has come yet
  bool sampled_ = false; // the latest packet was one of few
  int64_t newest_ = 0;
  int64_t first_ = 0;       // advanced at restarts, so that none count as lost
  int64_t report_zero_ = 0; // the sequence that is 0 in reports: a whole cycle
  std::array<uint64_t, window / 64> seen_{};
  // The subset of `seen_` that only RTX has brought.
  std::array<uint64_t, window / 64> repaired_seen_{};
  std::optional<packet> suspect_; // the first packet after a jump
  wrap_extender<uint32_t> timestamps_;

  uint64_t packets_ = 0;
  uint64_t octets_ = 0;
  uint64_t repaired_ = 0;
  uint64_t rtx_packets_ = 0;
  uint64_t nacks_sent_ = 0;
  uint64_t packets_nacked_ = 0;
  uint64_t plis_sent_ = 0;
  uint64_t firs_sent_ = 0;
  uint64_t keyframe_count_ = 0;
  rate_meter rate_;
  drop_counters drops_;

  uint64_t received_ = 0; // on its own SSRC, late originals included
  loss_report loss_;

  int64_t jitter_ = 0; // in 1/16 of clock units
  std::optional<uint32_t> last_transit_;
  std::optional<duration> round_trip_time_;
  uint32_t last_report_ntp_ = 0;
  time_point last_report_at_{};

  bool keyframe_seen_ = false;
  bool deaf_; // as last applied
  bool deaf_changed_ = false;
  std::optional<group_start> group_;
  std::array<picture, 16> pictures_{}; // a ring
  uint8_t next_picture_ = 0;           // the newest
  int64_t newest_picture_ = INT64_MIN; // its timestamp
  bool active_ = false;
  bool activity_changed_ = false;
  time_point last_arrival_{};
  uint8_t score_ = 0;
  bool score_changed_ = false;
  double loss_average_ = 0;
};

} // namespace troupe::rtp
