#pragma once

#include "net/base/prefetch.hpp"
#include "net/base/rng.hpp"
#include "rtp/fifo.hpp"
#include "rtp/keyframe_requester.hpp"
#include "rtp/layer_selector.hpp"
#include "rtp/outgoing_packet.hpp"
#include "rtp/picture_rewriter.hpp"
#include "rtp/room_pool.hpp"
#include "rtp/send_stream.hpp"
#include "rtp/sequence_rewriter.hpp"
#include "rtp/timestamp_aligner.hpp"

#include <variant>

namespace troupe::rtp {

/// The producer shall be asked for a key frame of this encoding.
struct keyframe_wanted {
  uint8_t encoding = 0;
  /// A replay of the last key frame and what followed will do as well: the
  /// stream is about to begin, or the key frame's beginning came late (see
  /// forwarder::handle_replay()).
  bool start = false;
  /// The replay may lack packets that are still asked for.
  bool incomplete = false;
};

/// How well the receiver gets the stream changed: 0 to 10.
struct consumer_score_changed {
  uint8_t score = 0;
};

/// Other layers are being forwarded, or none.
struct layers_changed {
  std::optional<rtp::layers> layers;
};

/// The sequence numbers last sent on the present way to a receiver; nothing
/// where nothing was.
struct numbers_used {
  std::optional<uint16_t> media;
  std::optional<uint16_t> rtx;
};

using forwarder_event =
    std::variant<keyframe_wanted, consumer_score_changed, layers_changed>;

/// The engine of a consumer: turns a producer's packets into the stream that
/// one receiver negotiated. SSRC, payload type, sequence and timestamp are
/// rewritten such that the receiver sees one continuous stream through pauses,
/// layer switches and restarts; the header extensions get its ids (in egress).
///
/// It keeps no media: what the receiver NACKs is asked of the producer by
/// poll_retransmission_request(), and its answer, handed to
/// handle_retransmissions(), goes out as RTX. Without RTX nothing is ever sent
/// twice, as SRTP forbids it.
class forwarder {
public:
  struct config {
    uint32_t clock_rate = 90000;
    /// What the producer has; the highest of it is wanted at first.
    producer_layout layout;
    /// The producer has more, which this receiver could not decode.
    bool base_layer_only = false;
    std::optional<rtp::ssrc> rtx_ssrc;
    std::optional<payload_type> rtx_payload;
    std::string mid;
    std::string cname;
    /// The producer's ids and the receiver's.
    extension_map source_extensions;
    extension_map extensions;
    feedback_kinds feedback;
    // Last what each packet asks for, next to the rest of that.
    media_kind kind = media_kind::video;
    bool paused = false;
    bool producer_paused = false;
    payload_type payload{};
    rtp::ssrc ssrc{};
    /// Packets that waited longer than this for us are dropped.
    duration max_queueing = std::chrono::milliseconds{200};
  };

  /// How often sender reports go out, on average.
  static constexpr duration report_interval = std::chrono::seconds{1};

  forwarder(config x, net::rng& random);

  /// What the producer received.
  void handle_batch(const media_batch& batch, time_point now);

  /// Which packets of its producer it looks at.
  struct attention {
    /// Those of these encodings, a bit for each.
    uint32_t encodings = ~uint32_t{0};
    /// Why it sends none of the others.
    drop_reason otherwise = drop_reason::other_layer;
  };

  /// What holds until the next call of a verb: a batch without a packet of
  /// these encodings need not be handed over, only counted, if that.
  attention attends() const;

  /// Counts packets that were not handed over.
  void count_dropped(drop_reason why, uint64_t packets) {
    drops_.add(why, packets);
  }

  /// The producer's answer to a keyframe_wanted with `start`: its last group
  /// of pictures (see receiver::find_replay()), however old. The stream begins,
  /// or another encoding takes over whose key frame began to come late,
  /// with it and goes on with the batches that follow; what they have in
  /// common with it is sent once. What the receiver got of it before a pause
  /// is not sent again. Ignored if a key frame came first; if it cannot be
  /// decoded after what was sent, a key frame is asked for.
  void handle_replay(const media_batch& batch, time_point now);

  /// The producer's answer to poll_retransmission_request().
  void handle_retransmissions(const media_batch& batch, time_point now);

  /// The producer's sender report.
  void handle_source_report(const source_report& x);

  /// Audio that came until now and was not handed here was left out on
  /// purpose: the stream goes on without a gap in its numbers, as after a
  /// pause.
  void handle_left_out() {
    sequence_.resync();
  }

  /// The shell had to leave out batches: video goes on with a key frame.
  void handle_overload(time_point now);

  // -- RTCP from the receiver
  // --------------------------------------------------

  /// Sequence numbers of our stream that the receiver lacks.
  void handle_nack(std::span<const uint16_t> lost, time_point now);

  /// PLI or FIR.
  void handle_keyframe_request(time_point now);

  /// A block about our SSRC (blocks about the RTX SSRC are to be left out).
  void handle_report_block(const rtcp::report_block& x, time_point now);

  // -- control
  // -----------------------------------------------------------------

  /// Stops and goes on; either is idempotent. Video goes on with a key frame.
  void pause(time_point now);
  void resume(time_point now);

  /// The same, by the producer.
  void handle_producer_paused(time_point now);
  void handle_producer_resumed(time_point now);

  /// The receiver's transport became ready: what was sent before is lost. The
  /// numbers go on after those that were `used` there, so that no hole is left.
  /// On a new way they begin anew, below 2^15: a receiver that misses all
  /// packets before the first wrap would guess the rollover counter wrongly,
  /// and could decrypt nothing from then on (RFC 3711, section 3.3.1).
  void handle_connected(time_point now, const numbers_used& used = {});

  /// Wants these layers, or the nearest to them that come: what is higher is
  /// not sent from the next picture on (or, where codec or encoding demand a
  /// key frame for that, from there on), what is missing as soon as it can be
  /// decoded. Nothing stops the video as a pause does, with the difference
  /// that the client did not ask for it. Audio takes no notice.
  void set_layers(std::optional<layers> target, time_point now);

  /// What is being sent; nothing before the first key frame, while paused and
  /// while nothing is wanted.
  std::optional<layers> current_layers() const {
    return selector_.current();
  }

  /// Whether the receiver's link carries less than is sent: then nothing is
  /// sent again from before the stream last began anew. It would only keep the
  /// key frame from its receiver.
  void set_frugal(bool on) {
    frugal_ = on;
  }

  /// Which spatial layers come from the producer, a bit for each, as a
  /// layer_monitor found out: what does not come is not waited for.
  void set_alive(uint8_t spatial_layers, time_point now);

  bool paused() const {
    return config_.paused;
  }

  bool producer_paused() const {
    return config_.producer_paused;
  }

  rtp::ssrc ssrc() const {
    return config_.ssrc;
  }

  std::optional<rtp::ssrc> rtx_ssrc() const {
    return config_.rtx_ssrc;
  }

  /// What writes the headers of all its packets.
  const header_writer& headers() const {
    return *headers_;
  }

  media_kind kind() const {
    return config_.kind;
  }

  void handle_timeout(time_point now);

  /// What goes to the receiver's transport.
  std::optional<outgoing_batch> poll_batch();

  /// Where room for packets comes from; it must outlive this. Without it, each
  /// batch allocates.
  void use(room_pool* x) {
    rooms_ = x;
  }

  /// Which packets the producer shall look up. Answer, if any were found, by
  /// handle_retransmissions().
  std::optional<std::vector<packet_key>> poll_retransmission_request();

  /// The next compound RTCP packet for the receiver (a sender report).
  std::optional<std::vector<uint8_t>> poll_rtcp();

  std::optional<forwarder_event> poll_event();

  std::optional<time_point> poll_timeout() const;

  forwarder_stats stats(time_point now) const;

  /// Asks the processor for what the next batch will touch.
  void prefetch() const {
    net::prefetch(&config_.kind, &begun_at_);
  }

  /// Octets that this forwarder holds, on the heap too, without what waits to
  /// be polled.
  size_t memory() const;

private:
  bool running() const {
    return !config_.paused && !config_.producer_paused && target_;
  }

  // What the last replay held, while batches may come that overlap with it.
  struct replayed_range {
    uint8_t encoding = 0;
    int64_t first = 0;
    int64_t last = 0;
    bool incomplete = false; // what was missing may yet come
  };

  void handle_packet(const media_packet& x, time_point now);
  bool can_replay(const std::vector<media_packet>& group) const;
  bool replayed_already(const media_packet& x);
  void begin(const media_packet& first, bool continues, time_point now);
  void forward(const media_packet& x, time_point now);
  void forward_late(const media_packet& x, time_point now);
  void leave_out(const media_packet& x, time_point now);
  void emit(const media_packet& x, const rewritten_fields& fields,
            std::optional<uint16_t> original_sequence, uint32_t tag);
  void send(const media_packet& x, uint16_t sequence, uint32_t timestamp,
            uint32_t tag, time_point now);
  void note_wanted(uint8_t encoding_before, time_point now);
  void note_complete(time_point now);
  void watch(time_point now);
  uint32_t tag() const;
  const source_report* report_of(uint8_t encoding) const;
  bool superseded(uint16_t sequence) const;
  void stop(time_point now);
  void restart(time_point now, bool start);
  void insist_on_keyframe(time_point now);
  void request_keyframe_if_needed(time_point now);
  void schedule_report(time_point now);
  void make_report(time_point now);
  void forget_replay() {
    replay_wanted_.reset();
    replay_asked_.reset();
  }
  void collect(time_point now);

  // What each packet touches stands together: with many receivers none of it is
  // in the cache when their turn comes.
  config config_;
  std::shared_ptr<const header_writer> headers_;
  room_pool* rooms_ = nullptr;
  std::vector<outgoing_packet> out_;
  std::vector<packet_key> wanted_;
  fifo<forwarder_event> events_;
  std::optional<std::vector<uint8_t>> rtcp_;
  std::optional<layers> target_;
  bool beginning_ = false; // the next packet begins the stream anew
  bool anew_ = false;      // what waits to be polled does
  bool sent_since_report_ = false;
  bool start_ = true; // what is wanted may be a replay
  bool frugal_ = false;
  std::optional<time_point> report_due_;
  std::optional<replayed_range> replayed_;
  // The encoding whose key frame began to come late, and the one of which a
  // replay was asked for that reason.
  std::optional<uint8_t> replay_wanted_;
  std::optional<uint8_t> replay_asked_;
  keyframe_requester keyframes_;
  sequence_rewriter sequence_;
  layer_selector selector_;
  picture_rewriter pictures_;

  // What the freeze watchdog knows.
  int64_t seen_picture_ = 0; // timestamps of the latest that came and went
  int64_t sent_picture_ = 0;
  time_point complete_{}; // when the last one was
  duration picture_interval_{0};
  uint32_t begun_ = 0; // pictures since the last complete one
  uint32_t freezes_ = 0;

  timestamp_aligner timestamps_;
  send_stream stream_;

  uint16_t begun_at_ = 0;    // anew: with this sequence number,
  uint64_t begun_after_ = 0; // after so many packets
  std::vector<std::optional<source_report>> source_reports_; // by encoding
  uint16_t rtx_sequence_;
  uint32_t dice_;
  uint32_t nacks_received_ = 0;
  uint32_t packets_nacked_ = 0;
  uint32_t keyframe_requests_ = 0;
  drop_counters drops_;
};

} // namespace troupe::rtp
