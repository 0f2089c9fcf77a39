#pragma once

#include "net/base/rng.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/base/worst_loss.hpp"
#include "rtp/receive/frame_hold.hpp"
#include "rtp/receive/receive_stream.hpp"

#include <limits>
#include <memory>
#include <variant>

namespace troupe::rtp {

/// An encoding's score changed: how well it arrives, 0 (not at all) to 10.
struct score_changed {
  uint8_t encoding = 0;
  rtp::ssrc ssrc{};
  std::string rid;
  uint8_t score = 0;
};

/// An encoding's packets began or stopped to arrive.
struct stream_activity_changed {
  uint8_t encoding = 0;
  bool active = false;
};

/// A key frame began to arrive.
struct keyframe_arrived {
  uint8_t encoding = 0;
};

/// The sender's camera was rotated.
struct orientation_changed {
  video_orientation orientation;
};

/// The events of a producer. A source_report goes to all its consumers.
using receiver_event =
    std::variant<score_changed, stream_activity_changed, keyframe_arrived,
                 orientation_changed, source_report>;

/// The engine of a producer: takes the RTP of one media source and outputs each
/// packet once, with what consumers need to know. It requests missing packets
/// and key frames from the sender and sends it reports. Packets restored by RTX
/// join the others as if they had arrived late.
///
/// One thread at a time. Consumers get packets from poll_batch(), and those to
/// retransmit from find_packets().
class receiver {
public:
  struct encoding {
    std::optional<rtp::ssrc> ssrc;
    std::optional<rtp::ssrc> rtx_ssrc;
    std::string rid;
  };

  struct config {
    media_kind kind = media_kind::video;
    rtp::codec codec = codec::other_video;
    uint32_t clock_rate = 90000;
    payload_type payload{};
    std::optional<payload_type> rtx_payload;
    /// As the sender signaled them; at least one. An encoding without SSRC and
    /// RID takes the first SSRC that arrives.
    std::vector<encoding> encodings;
    extension_map extensions;
    /// The layers that the sender signaled.
    producer_layout layout;
    feedback_kinds feedback;
    /// Whether to store packets for consumers that NACK. Video that may be
    /// replayed is stored in any case.
    bool keep = true;
    /// The sender SSRC of our RTCP.
    ssrc local_ssrc{1};
    bool paused = false;
    nack_generator::config nacks;
    retransmission_buffer::limits buffer;
    /// Bounds the memory of stored packets, together with others that share it;
    /// null creates a budget of its own.
    std::shared_ptr<memory_budget> budget = nullptr;
    /// The sender's codec adds redundancy if loss is reported (Opus with
    /// useinbandfec=1): then reports include the loss of consumers.
    bool inband_fec = false;
    /// The limits of find_replay(): the key frame began no longer ago than
    /// this, and there were at most so many packets since; 0 packets for no
    /// replay.
    duration replay_max_age = std::chrono::seconds{1};
    size_t replay_max_packets = 256;
    /// The same for a large audience (see set_large_audience()). No more is
    /// stored than for retransmission: `buffer` and `budget` bound it.
    duration large_replay_max_age = std::chrono::seconds{2};
    size_t large_replay_max_packets = 384;
    /// Whether the encodings of a deaf sender, which answers no request for a
    /// key frame, are attended even if no consumer wants them: the first one
    /// that does is to begin with a replay. All that `buffer` keeps of their
    /// last group may be replayed.
    bool attends_deaf = true;
    /// How long the first packets of a frame of video may wait for its last
    /// one; 0 passes each packet on at once.
    duration frame_hold{};
  };

  /// How often receiver reports are sent, on average. Each interval is drawn
  /// from half to one and a half of this (RFC 3550, section 6.3.1).
  static constexpr duration report_interval = std::chrono::seconds{1};

  /// The most of the consumers' loss that is reported (in 1/256: a quarter).
  /// Opus adds no more redundancy beyond a fifth (libopus,
  /// OPUS_SET_PACKET_LOSS_PERC as libwebrtc sets it), but a sender may slow
  /// down: a single consumer with a broken link or false reports must not
  /// degrade the media of the others.
  static constexpr uint8_t max_consumer_loss = 64;

  /// A new SSRC takes over an encoding once the old one has been silent for
  /// `takeover_patience`. An SSRC that was itself replaced before needs
  /// `takeover_silence`.
  static constexpr duration takeover_patience = std::chrono::milliseconds{100};
  static constexpr duration takeover_silence = std::chrono::seconds{1};

  receiver(config x, net::rng& random);

  /// Takes plaintext packets of this producer, media and RTX, in order of
  /// arrival.
  void handle_packets(const rtp_batch& batch, time_point now);

  /// Takes a sender report about one of our SSRCs; ignores others.
  void handle_sender_report(const rtcp::sender_info& x, time_point now);

  /// Takes the answer to the reference time in our reports (RFC 3611, section
  /// 4.5).
  void handle_dlrr(const rtcp::dlrr_item& x, time_point now);

  /// Takes the sender's notice that an SSRC left.
  void handle_bye(ssrc x, time_point now);

  /// The sender begins anew with the same SSRCs: their next packets may have
  /// any sequence numbers.
  void handle_restart();

  /// The worst loss that a group of consumers reports, in 1/256; `group` is any
  /// number that identifies it. It counts for worst_loss::max_age.
  void handle_consumer_loss(uint64_t group, uint8_t fraction_lost,
                            time_point now);

  /// The group has no more consumers.
  void forget_consumers(uint64_t group) {
    consumer_loss_.remove(group);
  }

  /// A consumer wants a key frame of an encoding.
  void handle_keyframe_request(uint8_t which, time_point now);

  /// Many consumers receive the media, so that a key frame costs far more than
  /// a replay to one of them: replays may be older and longer.
  void set_large_audience(bool on) {
    large_audience_ = on;
  }

  /// Stores packets for consumers that NACK from now on.
  void keep_packets();

  /// Limits key frame requests to the first `encodings` encodings. Without this
  /// call, all may be requested.
  void set_wanted(size_t encodings);

  /// No consumer attends the encodings beyond the first `encodings`: their
  /// media is dropped, and no key frame of them is requested. Requests one of
  /// each that is attended again. At first all are attended.
  void set_attended(size_t encodings, time_point now);

  /// The SSRCs of the encodings that no consumer attends, media and RTX.
  std::vector<ssrc> unattended() const;

  /// The same, if they have changed since the last call.
  std::optional<std::vector<ssrc>> poll_unattended();

  /// Drops media until resume(), which requests a key frame.
  void pause(time_point now);
  void resume(time_point now);

  bool paused() const {
    return config_.paused;
  }

  void handle_timeout(time_point now);

  /// The packets among `keys` that are still stored, or null if none: the
  /// answer to a consumer's retransmission request.
  media_batch find_packets(std::span<const packet_key> keys) const;

  /// The last group of pictures, without a gap: a consumer can begin with it
  /// now instead of with a future key frame. Null if there is none that is
  /// recent, short and complete; then call handle_keyframe_request(). An
  /// `incomplete` group will do if its missing packets are still on their way.
  /// All its packets are, or will be, returned by poll_batch() as well. Packets
  /// that wait for the end of their frame are not in it, and follow there.
  media_batch find_replay(uint8_t which, time_point now,
                          bool incomplete = false) const;

  /// Whether there will soon be no more replays like this one, which
  /// find_replay() has just returned: it has three quarters of the age or
  /// length that a large audience is given. A key frame that is requested now
  /// comes before newcomers must wait for it. Without a large audience, only a
  /// deaf sender is replayed for longer than others: then a key frame is
  /// requested as if there was no replay, to learn whether the sender answers
  /// now.
  bool replays_end_soon(const media_batch& found, time_point now) const;

  /// The packets that arrived since the last poll, for all consumers; or
  /// nothing. Without those that wait for the end of their frame.
  std::optional<media_batch> poll_batch();

  /// For how long the first packet of the batch that poll_batch() last returned
  /// waited on purpose.
  duration held() const {
    return held_;
  }

  /// When handle_hold() is wanted, since packets wait for the end of their
  /// frame; nothing while none does.
  std::optional<time_point> poll_hold() const {
    return hold_.poll_timeout();
  }

  /// Passes on the packets that have waited for long enough.
  void handle_hold(time_point now) {
    hold_.handle_timeout(now);
  }

  /// Passes on all packets that wait for the end of their frame.
  void release_held(time_point now) {
    hold_.release_all(now);
  }

  /// The next compound RTCP packet for the sender.
  std::optional<std::vector<uint8_t>> poll_rtcp();

  std::optional<receiver_event> poll_event();

  std::optional<time_point> poll_timeout() const;

  receiver_stats stats(time_point now) const;

  /// Octets of memory that packets stored for repair and replay take.
  size_t kept_memory() const;

private:
  // Idle buffers of restored packets; these are few.
  static constexpr size_t max_idle_buffers = 64;

  // The packets of an SSRC that may take over an encoding.
  struct successor {
    rtp::ssrc ssrc{};
    time_point began{};
    std::vector<packet> packets; // empty if there is none
  };

  struct slot {
    encoding identity;
    std::unique_ptr<receive_stream> stream = nullptr; // until its first packet
    time_point last_arrival{};
    std::optional<time_point> keyframe_wanted = {}; // before its first packet
    uint8_t fir_sequence = 0;
    std::optional<rtp::ssrc> replaced = {}; // the previous SSRC
    successor next = {};
  };

  bool attended(const slot& x) const {
    return index_of(x) < attended_ || (config_.attends_deaf && deaf(x));
  }

  // Whether the sender answers no request for a key frame.
  bool deaf(const slot& x) const {
    return replayable()
           && (x.stream ? x.stream->deaf() : !takes_keyframe_requests());
  }

  bool takes_keyframe_requests() const {
    return config_.feedback.pli || config_.feedback.fir;
  }

  void handle_packet(const packet& x, time_point now);
  void handle_media(slot& to, const packet& x, time_point now);
  void handle_rtx(slot& to, const packet& x, time_point now);
  struct replay_limits {
    duration age{};
    size_t packets = 0;
  };

  replay_limits replay_limits_of(const slot& x) const;

  bool replayable() const {
    return config_.kind == media_kind::video && config_.replay_max_packets > 0;
  }

  // Whether the packet belongs to the slot's SSRC, or to one that takes over
  // now. Otherwise the packet has been stored or dropped.
  bool admit(slot& to, const packet& x, time_point now);
  time_point takeover_time(const slot& of, ssrc by) const;
  void store_successor(slot& to, const packet& x, time_point now);
  void take_over(slot& to, ssrc by, time_point now);
  void drop_successor(slot& of);
  void handle_takeovers(time_point now);

  slot* find_media_slot(const packet& x);
  slot* find_rtx_slot(const packet& x);
  slot* slot_of_rid(std::string_view name);
  void bind_media(slot& to, ssrc media);
  slot* slot_of(ssrc x);
  uint8_t index_of(const slot& x) const;
  void note_orientation(const packet& x);
  void collect(time_point now);
  void collect_events(slot& x);
  void note_deaf_changed(slot& x);
  void release_idle();
  void collect_nacks(slot& x, time_point now);
  void collect_keyframe_requests(slot& x, time_point now);
  void collect_reports(time_point now);
  void schedule_report(time_point now);
  template <class Add>
  void append_rtcp(Add add);
  void flush_rtcp();

  config config_;
  size_t wanted_ = std::numeric_limits<size_t>::max(); // encodings
  size_t attended_ = std::numeric_limits<size_t>::max();
  bool unattended_changed_ = false;
  bool large_audience_ = false;
  std::vector<slot> slots_;
  net::buffer_pool::ptr pool_; // for restored packets
  std::shared_ptr<packet_keeper> keeper_;
  size_t successor_packets_ = 0; // stored packets of successors
  worst_loss consumer_loss_;
  std::vector<media_packet> ready_;
  frame_hold hold_;
  duration held_{}; // see held()
  std::vector<uint16_t> lost_;
  fifo<receiver_event> events_;
  rtcp::compound_builder rtcp_;
  fifo<std::vector<uint8_t>> rtcp_out_;
  std::optional<video_orientation> orientation_;
  // For reference times; its zero is arbitrary.
  ntp_clock clock_{duration{0}};
  std::optional<time_point> report_due_;
  uint32_t random_state_;
  drop_counters drops_;
};

} // namespace troupe::rtp
