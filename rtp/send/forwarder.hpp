#pragma once

#include "net/base/prefetch.hpp"
#include "net/base/rng.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/base/keyframe_requester.hpp"
#include "rtp/packet/outgoing_packet.hpp"
#include "rtp/send/layer_selector.hpp"
#include "rtp/send/packet_trail.hpp"
#include "rtp/send/packet_vector_pool.hpp"
#include "rtp/send/send_stream.hpp"
#include "rtp/send/sequence_rewriter.hpp"
#include "rtp/send/steady_stream.hpp"
#include "rtp/send/timestamp_aligner.hpp"

#include <variant>

namespace troupe::rtp {

/// The producer must be asked for a key frame of this encoding.
struct keyframe_wanted {
  uint8_t encoding = 0;
  /// A replay of the last key frame and the packets since will do, too: the
  /// stream is about to begin, its receiver was not ready when it began, or the
  /// key frame's beginning came late (see forwarder::handle_replay()).
  bool start = false;
  /// The replay may lack packets that were requested and are still on their
  /// way.
  bool incomplete = false;
};

/// The receiver's score changed: how well the stream arrives, from 0 to 10.
struct consumer_score_changed {
  uint8_t score = 0;
};

/// Different layers are being forwarded now, or none.
struct layers_changed {
  std::optional<rtp::layers> layers;
};

/// The sequence numbers last sent on the present network path to a receiver;
/// nothing if none were sent.
struct numbers_used {
  std::optional<uint16_t> media;
  std::optional<uint16_t> rtx;
};

/// Where a stream is that another forwarder continues.
struct stream_position {
  timestamp_aligner::position time;
  picture_rewriter pictures;
};

using forwarder_event =
    std::variant<keyframe_wanted, consumer_score_changed, layers_changed>;

/// The engine of a consumer: turns a producer's packets into the stream that
/// one receiver negotiated. Rewrites SSRC, payload type, sequence and timestamp
/// so that the receiver sees one continuous stream through pauses, layer
/// switches and restarts. egress rewrites the ids of header extensions.
///
/// It stores no media. It requests NACKed packets from the producer by
/// poll_retransmission_request(). The producer's answer goes to
/// handle_retransmissions() and is sent as RTX. Without RTX no packet is sent
/// twice, since SRTP forbids that.
class forwarder {
public:
  struct config {
    uint32_t clock_rate = 90000;
    /// The producer's layout. At first its highest layers are wanted.
    producer_layout layout;
    /// The producer has higher layers that this receiver cannot decode.
    bool base_layer_only = false;
    /// Sends this encoding of simulcast and never another one, whatever layers
    /// are set and arrive: another node is sent each encoding as a stream of
    /// its own.
    std::optional<uint8_t> only_encoding = {};
    std::optional<rtp::ssrc> rtx_ssrc;
    std::optional<payload_type> rtx_payload;
    std::string mid;
    std::string cname;
    /// The extension ids of the producer and of the receiver.
    extension_map source_extensions;
    extension_map extensions;
    feedback_kinds feedback;
    media_kind kind = media_kind::video;
    bool paused = false;
    bool producer_paused = false;
    /// One of several forwarders that send a stream one after the other, each
    /// from another producer: see continue_after(). Its reports tell the time
    /// of this server, as the producers' clocks differ.
    bool continues = false;
    payload_type payload{};
    rtp::ssrc ssrc{};
    /// Packets that arrived at the socket longer ago than this are dropped.
    duration max_queueing = std::chrono::milliseconds{200};
  };

  /// How often sender reports are sent, on average. Audio needs them to be
  /// played in time with video, so the first ones after it begins come as
  /// often; later ones only correct the drift of clocks, and come at the
  /// interval of RFC 3550, section 6.2.
  static constexpr duration report_interval = std::chrono::seconds{1};
  static constexpr duration audio_report_interval = std::chrono::seconds{5};
  static constexpr uint8_t first_audio_reports = 3;

  /// A receiver that asks for a key frame this soon after its stream began was
  /// not ready to decode when the first packets came. It is sent the last group
  /// of pictures again, at most `most_repeats` times.
  static constexpr duration newcomer_time = std::chrono::seconds{2};
  static constexpr uint8_t most_repeats = 2;

  forwarder(config x, net::rng& random);

  /// Takes the packets that the producer received.
  void handle_batch(const media_batch& batch, time_point now);

  /// The packets of its producer that this forwarder needs.
  struct attention {
    /// Packets of these encodings, a bit for each.
    uint32_t encodings = ~uint32_t{0};
    /// The reason why it sends none of the others.
    drop_reason otherwise = drop_reason::other_layer;
  };

  /// The attention valid until the next call of a non-const function. A batch
  /// without a packet of these encodings need not be handed over; at most count
  /// its packets by count_dropped().
  attention attends() const;

  /// Counts packets that were not handed over.
  void count_dropped(drop_reason why, uint64_t packets) {
    drops_.add(why, packets);
  }

  /// How to send the packets that follow without this forwarder, as
  /// handle_batch() would; not valid() while it must see each packet. `trails`
  /// has one for each encoding. The stream stays steady until the time that it
  /// names, until its trail does not record a batch, and until a non-const
  /// function of this is called.
  ///
  /// Before such a call, and before the statistics are read, catch_up() must be
  /// called for all packets sent since. Without it only what no packet changes
  /// may be read: attends(), current_layers(), configuration, poll_timeout().
  steady_stream steady(std::span<const packet_trail> trails) const;

  /// Notes the packets that were sent by steady().
  void catch_up(const packet_trail& trail, uint8_t encoding, uint32_t from,
                uint32_t to);

  /// The producer's answer to a keyframe_wanted with `start`: its last group of
  /// pictures (see receiver::find_replay()), however old. With it the stream
  /// begins, or another encoding takes over whose key frame began to come late;
  /// the batches that follow continue it. Packets that are in both are sent
  /// once. Packets that the receiver got before a pause are not sent again.
  /// Ignored if a key frame came first. If the replay cannot be decoded after
  /// what was sent, a key frame is requested.
  ///
  /// A newcomer's request for a key frame is answered by a replay, too: all of
  /// it is sent again then, with the numbers that follow and the timestamps
  /// that it had.
  void handle_replay(const media_batch& batch, time_point now);

  /// The producer's answer to poll_retransmission_request().
  void handle_retransmissions(const media_batch& batch, time_point now);

  /// The producer's sender report.
  void handle_source_report(const source_report& x);

  /// Tells that the audio since the last batch was left out on purpose: the
  /// sequence numbers continue without a gap, as after a pause.
  void skip_gap() {
    sequence_.resync();
  }

  /// Batches were dropped by overload: video continues with a key frame.
  void handle_overload(time_point now);

  // -- RTCP from the receiver

  /// Takes the sequence numbers of our stream that the receiver lacks.
  void handle_nack(std::span<const uint16_t> lost, time_point now);

  /// Takes a PLI or FIR. Soon after the beginning a replay will do (see
  /// newcomer_time); later a key frame is requested.
  void handle_keyframe_request(time_point now);

  /// Counts a PLI or FIR that needs no answer.
  void count_keyframe_request() {
    ++keyframe_requests_;
  }

  /// Takes a block about our SSRC; must not be called for the RTX SSRC.
  void handle_report_block(const rtcp::report_block& x, time_point now);

  // -- control

  /// Pauses and resumes; both are idempotent. Video resumes with a key frame.
  void pause(time_point now);
  void resume(time_point now);

  /// The same for pauses by the producer.
  void handle_producer_paused(time_point now);
  void handle_producer_resumed(time_point now);

  /// The receiver's transport became ready: packets sent before are lost. The
  /// numbers continue after those that were `used` on this network path, so
  /// that there is no hole. On a new network path they start again, below 2^15.
  /// A receiver that misses all packets before the first wrap would guess a
  /// wrong rollover counter, and could decrypt nothing from then on (RFC 3711,
  /// section 3.3.1).
  void handle_connected(time_point now, const numbers_used& used = {});

  /// Where the stream is now; nothing if nothing was ever sent.
  std::optional<stream_position> position() const;

  /// Goes on where another forwarder of the same stream has ended: call it
  /// first. Timestamps continue by the elapsed time, picture numbers without a
  /// gap; sequence numbers by handle_connected().
  void continue_after(const stream_position& x);

  /// Sets the layers to send, or the nearest to them that arrive. Higher layers
  /// end with the next picture (or with the next key frame, if codec or
  /// encoding demand one); missing layers are added as soon as they can be
  /// decoded. Nothing as `target` stops the video like a pause that the client
  /// did not ask for. Audio ignores this.
  void set_layers(std::optional<layers> target, time_point now);

  /// The layers that are being sent; nothing before the first key frame, while
  /// paused, and while no layers are wanted.
  std::optional<layers> current_layers() const {
    return selector_.current();
  }

  /// Whether the receiver's link is congested. Then no packets from before the
  /// stream's latest beginning are repeated: they would only delay the key
  /// frame.
  void set_congested(bool on) {
    congested_ = on;
  }

  /// The spatial layers that arrive from the producer, a bit for each, as
  /// detected by a layer_monitor. The forwarder does not wait for missing
  /// layers.
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
    return rtx_ssrc_;
  }

  std::optional<payload_type> rtx_payload() const {
    return rtx_payload_;
  }

  /// Whether another forwarder may continue the stream.
  bool continues() const {
    return continues_;
  }

  /// Writes the headers of all its packets.
  const header_writer& headers() const {
    return *headers_;
  }

  const std::shared_ptr<const header_writer>& shared_headers() const {
    return headers_;
  }

  media_kind kind() const {
    return config_.kind;
  }

  void handle_timeout(time_point now);

  /// The next packets for the receiver's transport.
  std::optional<outgoing_batch> poll_batch();

  /// Takes packet vectors from the pool, which must outlive this object.
  /// Without a pool each batch allocates.
  void set_pool(packet_vector_pool* x) {
    pool_ = x;
  }

  /// The packets to request from the producer. Its answer, if it found any,
  /// goes to handle_retransmissions().
  std::optional<std::vector<packet_key>> poll_retransmission_request();

  /// The next compound RTCP packet for the receiver (a sender report).
  std::optional<std::vector<uint8_t>> poll_rtcp();

  std::optional<forwarder_event> poll_event();

  std::optional<time_point> poll_timeout() const;

  forwarder_stats stats(time_point now) const;

  /// Prefetches the memory that the next batch will touch.
  void prefetch() const {
    net::prefetch(this, hot_end());
  }

  /// Call it after prefetch(): prefetches what that memory points to.
  void prefetch_more() const {
    sequence_.prefetch();
  }

  /// The octets that a packet may touch, from the beginning of this object.
  size_t hot_octets() const {
    return static_cast<size_t>(hot_end()
                               - reinterpret_cast<const uint8_t*>(this));
  }

  /// Octets that this forwarder uses, heap included, without packets that wait
  /// to be polled.
  size_t memory() const;

private:
  // A freeze is noticed no sooner after a complete picture.
  static constexpr duration freeze_patience = std::chrono::milliseconds{500};

  // What each packet needs of the configuration.
  struct settings {
    duration max_queueing;
    rtp::ssrc ssrc;
    payload_type payload;
    media_kind kind;
    bool paused;
    bool producer_paused;
  };

  bool running() const {
    return !config_.paused && !config_.producer_paused && target_;
  }

  const uint8_t* hot_end() const {
    return reinterpret_cast<const uint8_t*>(&stream_) + send_stream::hot_octets;
  }

  // Whether the group that a newcomer was sent is to be sent again: not, or the
  // producer is yet to be asked for it, or has been asked.
  enum class repeat : uint8_t { none, wanted, asked };

  // The range of the last replay, while batches may overlap with it.
  struct replayed_range {
    uint8_t encoding = 0;
    int64_t first = 0;
    int64_t last = 0;
    bool incomplete = false; // missing packets may yet arrive
  };

  void handle_packet(const media_packet& x, time_point now);
  bool can_replay(const std::vector<media_packet>& group) const;
  bool may_repeat(time_point now) const;
  bool replayed_already(const media_packet& x);
  void begin(const media_packet& first, bool continues, time_point now);
  void forward(const media_packet& x, time_point now);
  void forward_late(const media_packet& x, time_point now);
  void leave_out(const media_packet& x, time_point now);
  void emit(const media_packet& x, const rewritten_fields& fields,
            std::optional<uint16_t> original_sequence, uint32_t tag);
  void send(const media_packet& x, uint16_t sequence, uint32_t timestamp,
            uint32_t tag, time_point now);
  void note_sent(uint16_t sequence, size_t octets, int64_t timestamp,
                 bool completes_picture, time_point now);
  void note_wanted(uint8_t encoding_before, time_point now);
  void note_complete(time_point now);
  void check_freeze(time_point now);
  uint32_t tag() const;
  const source_report* report_of(uint8_t encoding) const;
  bool superseded(uint16_t sequence) const;
  void stop(time_point now);
  void restart(time_point now, bool start);
  void insist_on_keyframe(time_point now);
  void request_keyframe_if_needed(time_point now);
  void schedule_report(time_point now);
  bool make_report(time_point now);
  static uint32_t to_milliseconds(time_point x) {
    using std::chrono::milliseconds;
    return static_cast<uint32_t>(
        std::chrono::duration_cast<milliseconds>(x.time_since_epoch()).count());
  }

  void notify(forwarder_event x) {
    events_.push(std::move(x));
    seldom_output_ = true;
  }
  void forget_replay() {
    replay_wanted_.reset();
    replay_asked_.reset();
    repeat_ = repeat::none;
  }
  void collect(time_point now);

  // Up to the first part of stream_ stand the members that each packet touches:
  // with many receivers none of them is in the cache when their turn comes. A
  // test limits their size.
  settings config_;
  std::shared_ptr<const header_writer> headers_;
  packet_vector_pool* pool_ = nullptr;
  std::vector<outgoing_packet> out_;
  std::optional<layers> target_;
  bool beginning_ = false;         // the next packet begins the stream again
  bool batch_begins_anew_ = false; // so does the batch that waits to be polled
  bool sent_since_report_ = false;
  uint8_t reports_ = 0; // since the beginning, at most first_audio_reports
  bool start_ = true;   // the requested key frame may be a replay
  bool congested_ = false;
  bool seldom_output_ = false; // events_, wanted_ or rtcp_ is not empty
  bool newcomer_ = true;       // until it begins after a start
  repeat repeat_ = repeat::none;
  uint8_t repeats_left_ = 0;
  // The encoding whose key frame began to come late.
  std::optional<uint8_t> replay_wanted_;
  std::unique_ptr<replayed_range> replayed_; // seldom any
  std::optional<time_point> report_due_;

  // The state of the freeze watchdog.
  int64_t seen_picture_ = 0; // timestamps of the latest received and sent
  int64_t sent_picture_ = 0;
  time_point last_complete_{}; // when the latest was complete
  duration picture_interval_{0};
  uint32_t pictures_since_complete_ = 0;

  uint32_t freezes_ = 0;
  sequence_rewriter sequence_;
  layer_selector selector_;
  picture_rewriter pictures_;
  timestamp_aligner timestamps_;
  keyframe_requester keyframes_;
  send_stream stream_;

  // What few packets touch, or none.
  drop_counters drops_;
  std::vector<packet_key> wanted_;
  fifo<forwarder_event> events_;
  std::vector<uint8_t> rtcp_;
  // The encoding whose replay was requested because its key frame began to come
  // late.
  std::optional<uint8_t> replay_asked_;
  std::optional<payload_type> rtx_payload_;
  std::optional<rtp::ssrc> rtx_ssrc_;
  bool nack_; // was negotiated
  bool continues_;
  uint16_t start_sequence_ = 0;       // first since the latest beginning
  uint64_t packets_before_start_ = 0; // packets sent before it
  std::vector<std::optional<source_report>> source_reports_; // by encoding
  std::string cname_;
  uint16_t rtx_sequence_;
  uint32_t random_state_;
  uint32_t nacks_received_ = 0;
  uint32_t packets_nacked_ = 0;
  uint32_t keyframe_requests_ = 0;
  uint32_t began_ms_ = 0; // when it began after a start, modulo 2^32
};

} // namespace troupe::rtp
