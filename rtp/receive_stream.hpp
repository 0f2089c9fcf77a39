#pragma once

#include "rtp/codec/payload_descriptor.hpp"
#include "rtp/keyframe_requester.hpp"
#include "rtp/loss_report.hpp"
#include "rtp/media_packet.hpp"
#include "rtp/nack_generator.hpp"
#include "rtp/retransmission_buffer.hpp"
#include "rtp/rtcp/compound.hpp"
#include "rtp/stats.hpp"

#include <array>

namespace troupe::rtp {

/// One encoding of a producer as it arrives: extended sequence, deduplication,
/// loss and jitter (RFC 3550, appendix A), what to NACK, and the packets kept
/// for retransmission.
class receive_stream {
public:
  struct config {
    uint8_t index = 0;
    media_kind kind = media_kind::video;
    rtp::codec codec = codec::other_video;
    uint32_t clock_rate = 90000;
    extension_map extensions;
    /// What the sender said of its layers.
    producer_layout layout;
    /// Ask for what is missing.
    bool nack = false;
    /// Keep packets for consumers that ask, or that come late.
    bool keep = false;
    nack_generator::config nacks;
    retransmission_buffer::limits buffer;
    /// Stores the kept packets; null stands for one of its own.
    std::shared_ptr<packet_keeper> keeper = nullptr;
    /// Without packets for this long, the stream is inactive.
    duration inactivity = std::chrono::seconds{2};
  };

  /// How often the sender is asked for a key frame. A few soon, since who comes
  /// may be given one before its client can take it; not sooner, as libwebrtc
  /// takes no notice within 300 ms of the last.
  static constexpr keyframe_requester::intervals keyframe_intervals{
      .burst = 3, .spacing = std::chrono::milliseconds{350}};

  receive_stream(const config& x, ssrc media);

  /// A media packet. Appends what may go on to consumers to `out`.
  void handle_media(const packet& x, time_point now,
                    std::vector<media_packet>& out);

  /// A packet restored from RTX. Never moves the newest sequence by much.
  void handle_repair(const packet& x, time_point now,
                     std::vector<media_packet>& out);

  /// Keeps count of sequence numbers, but nothing else: the producer is
  /// paused.
  void handle_ignored(const packet& x, time_point now);

  void count_drop(drop_reason reason) {
    drops_.add(reason);
  }

  void count_rtx() {
    ++rtx_packets_;
  }

  /// Remembers the mapping of media to wall clock time.
  source_report handle_sender_report(const rtcp::sender_info& x,
                                     time_point now);

  void set_round_trip_time(duration x);

  /// Closes an interval of loss statistics and describes it. `elsewhere`: see
  /// loss_report.
  rtcp::report_block make_report_block(time_point now, uint8_t elsewhere = 0);

  /// The score changed since the last call (0 to 10).
  std::optional<uint8_t> poll_score();

  /// The stream began or ceased to be active since the last call.
  std::optional<bool> poll_activity();

  /// A key frame began to arrive since the last call.
  bool poll_keyframe();

  void handle_timeout(time_point now);

  /// The sender says that it left, or nothing came for long.
  void end();

  std::optional<time_point> poll_timeout() const;

  /// Ends all waiting, and lets go what is kept: nothing before the next
  /// packet is asked for, or given.
  void reset_repairs();

  /// Another SSRC takes over (the sender restarted). Its first packet begins
  /// the sequence anew, wherever that is.
  void rebind(ssrc media);

  nack_generator& nacks() {
    return nacks_;
  }

  keyframe_requester& keyframes() {
    return keyframes_;
  }

  const keyframe_requester& keyframes() const {
    return keyframes_;
  }

  /// A kept packet that has something to repeat, or null.
  const media_packet* find(int64_t sequence) const {
    auto* x = kept_.find(sequence);
    return x != nullptr && !x->filler ? x : nullptr;
  }

  /// Everything from the start of the newest key frame to the newest packet,
  /// by rising sequence. Empty if that began more than `max_age` ago, is more
  /// than `max_packets`, or lacks a packet though it may not be `incomplete`.
  std::vector<media_packet> last_group(duration max_age, size_t max_packets,
                                       time_point now,
                                       bool incomplete = false) const;

  /// Octets of memory in which packets are kept.
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

  void count_keyframe_request(bool fir) {
    ++(fir ? firs_sent_ : plis_sent_);
  }

  receive_stream_stats stats(time_point now) const;

private:
  // Where the newest key frame starts.
  struct group_start {
    int64_t sequence = 0;
    int64_t timestamp = 0;
    time_point arrival{};
  };

  // A picture that is coming.
  struct picture {
    int64_t timestamp = INT64_MIN;
    int64_t first = INT64_MAX / 2; // sequence where it starts and ends
    int64_t last = 0;
    int64_t packets = 0;
  };

  static constexpr int max_dropout = 3000;
  static constexpr int window = 2048;

  void begin(const packet& x, time_point now);
  void restart(const packet& x, time_point now);
  void accept(const packet& x, int64_t sequence, bool repaired, time_point now,
              std::vector<media_packet>& out);
  void describe(media_packet& x);
  void take(const payload_descriptor& from, media_packet& to);
  loss_report::counts counts() const;
  void note_keyframe(const media_packet& x);
  void note_picture(media_packet& x);
  bool note_sequence(int64_t sequence, bool repaired);
  void note_arrival(time_point now);
  void update_jitter(const packet& x);
  void set_score(uint8_t x);

  config config_;
  rtp::ssrc ssrc_;
  nack_generator nacks_;
  keyframe_requester keyframes_{keyframe_intervals};
  retransmission_buffer kept_;
  payload_describer describer_;

  bool started_ = false;
  bool rebound_ = false; // and nothing of the new SSRC has come yet
  int64_t newest_ = 0;
  int64_t first_ = 0; // moved on when the sender restarts, so as to lose none
  int64_t report_zero_ = 0; // what counts as 0 in reports: a whole cycle
  std::array<uint64_t, window / 64> seen_{};
  // Of those, the ones that only RTX has brought.
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
