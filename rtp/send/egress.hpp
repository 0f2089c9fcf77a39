#pragma once

#include "net/base/prefetch.hpp"
#include "rtp/base/fifo.hpp"
#include "rtp/base/stats.hpp"
#include "rtp/bwe/bandwidth_estimator.hpp"
#include "rtp/bwe/remb_link.hpp"
#include "rtp/bwe/reordering.hpp"
#include "rtp/rtcp/transport_cc.hpp"
#include "rtp/send/pacer.hpp"
#include "rtp/send/send_queue.hpp"

#include <array>
#include <memory>

namespace troupe::rtp {

/// The engine of a transport's sending side. Puts the packets of all its
/// consumers into one order, numbers them transport-wide, stamps their send
/// time, and remembers them until the receiver's feedback arrives.
///
/// While the receiver's link is congested, packets are paced at the estimated
/// rate: first audio, which never waits, then retransmissions, then video.
/// Video that would wait too long is dropped (see poll_dropped()). A late call
/// of this engine drops nothing: packets that were due in the meantime are sent
/// then. On an uncongested link nothing waits. If the consumers could use more
/// than the estimate, padding probes the link.
///
/// Runs of equal packets that a shorter one ends need one message to the kernel
/// (UDP_SEGMENT). So larger packets of audio go before smaller ones, and all
/// audio may go behind video (see put_audio_last()). No stream's own order
/// changes.
///
///     egress.handle_batch(std::move(batch), now);
///     while (auto x = egress.poll_packet())
///       sender->protect_rtp(x->header, x->payload, out);
class egress {
public:
  /// How long video may wait. It may wait longer just after video was dropped
  /// or a stream began again, so that the key frame gets through.
  static constexpr duration longest_wait = std::chrono::milliseconds{300};
  static constexpr duration longest_wait_for_keyframe =
      std::chrono::milliseconds{1500};

  /// A frame of video of 2 Mbit/s; key frames are longer.
  static constexpr size_t most_before_audio = 8;

  /// The stream of padding probes. Clients have a receiver for it from their
  /// first video consumer on.
  static constexpr ssrc probation_ssrc{1234};
  static constexpr payload_type probation_payload{127};

  /// A stream of retransmissions on which padding probes are sent in place of
  /// their own stream, for receivers that know no other SSRC than those
  /// negotiated.
  struct padding_stream {
    rtp::ssrc ssrc{};
    payload_type payload{};
    std::shared_ptr<const header_writer> headers;
  };

  /// The plaintext of one packet in two parts, as SRTP takes it. The spans are
  /// valid until this thread calls another member function of any egress.
  struct wire_packet {
    net::byte_span header;
    net::byte_span payload;
  };

  /// Gives emptied packet vectors to the pool, which must outlive this object.
  void set_pool(packet_vector_pool* pool) {
    for (auto* x : {&audio_, &repairs_, &video_})
      x->set_pool(pool);
  }

  void handle_batch(outgoing_batch&& batch, time_point now);

  void handle_timeout(time_point now);

  /// Sends audio after the video that waits, until the next handle_timeout(),
  /// so that it takes no message of its own. Does nothing if more than
  /// `most_before_audio` packets of video wait, if video is paced, or if the
  /// receiver wants more than its link is estimated to carry: there each packet
  /// of video would delay the audio for long.
  void put_audio_last();

  /// The next packet to send now.
  std::optional<wire_packet> poll_packet();

  /// The next packet of audio, whatever else waits.
  std::optional<wire_packet> poll_audio() {
    return take(audio_);
  }

  /// When there may be more to send: a packet held back, or a step of a probe.
  std::optional<time_point> poll_timeout() const {
    return timeout_;
  }

  /// A stream whose video was dropped because it waited too long. It must
  /// continue with a key frame.
  std::optional<ssrc> poll_dropped() {
    return dropped_.pop();
  }

  bool has_dropped() const {
    return !dropped_.empty();
  }

  /// Drops all packets that wait: no network path leads to the receiver.
  void discard();

  /// Takes transport-wide feedback. Returns the reports that the bandwidth
  /// estimate took from it, valid until the next call: first the packets that
  /// arrived, then the lost ones. A packet counts as lost only once it can no
  /// longer have been overtaken.
  std::span<const packet_report>
  handle_transport_feedback(const rtcp::transport_cc& x, time_point now);

  /// The receiver's estimate (REMB). It counts until transport-wide feedback
  /// comes: then it is an estimate of the packets without transport-wide
  /// numbers alone, and receivers send it only when it falls.
  void handle_remb(uint64_t bitrate_bps, time_point now);

  /// Whether to try a video again that is sent nothing, as set_wanted()
  /// reported. With REMB alone nothing else detects that the link has bandwidth
  /// for it. Must be called a few times a second.
  bool try_again(time_point now) {
    return !estimator_ && remb_.try_again(starved_, now);
  }

  /// Drops all waiting packets of a stream that has ended, repetitions
  /// included.
  void drop(const header_writer& whose) {
    for (auto* x : {&audio_, &repairs_, &video_})
      x->drop(whose);
  }

  /// Whether video of this stream waits, retransmissions apart.
  bool holds_video(const header_writer& whose) {
    return video_.holds(whose);
  }

  /// Whether the receiver has the stream that padding probes use.
  void set_probing(bool on) {
    probing_ = on;
  }

  /// Sends padding probes on that stream from now on. This object numbers its
  /// packets, also the retransmissions.
  void pad_on(padding_stream x);

  /// Whether pad_on() was called.
  bool pads_on_own_stream() const {
    return padding_stream_ != nullptr;
  }

  /// How much the consumers could use: no higher rate is probed. `starved`: a
  /// consumer is sent nothing for lack of bandwidth.
  void set_wanted(uint64_t bps, bool starved = false);

  /// The estimate of what the receiver's link carries; nothing before the first
  /// feedback.
  std::optional<uint64_t> link_bps() const;

  /// Whether the estimate follows transport-wide feedback, not REMB alone.
  bool estimates() const {
    return estimator_ != nullptr;
  }

  /// Whether more is sent than the link carries. Short delays do not count.
  bool congested(time_point now) const;

  /// The share of packets that were lost, smoothed.
  double loss() const {
    return estimator_ ? estimator_->loss() : 0;
  }

  egress_stats stats(time_point now) const;

  /// The octets in which sent packets are remembered.
  size_t history_memory() const {
    return history_.capacity() * sizeof(sent_packet);
  }

  /// Prefetches the memory that handle_batch() and poll_packet() touch.
  void prefetch() const {
    net::prefetch(this, hot_end());
  }

  /// The octets that a packet may touch, from the beginning of this object.
  size_t hot_octets() const {
    return static_cast<size_t>(hot_end()
                               - reinterpret_cast<const uint8_t*>(this));
  }

  /// Where they end.
  const uint8_t* hot_end() const {
    return reinterpret_cast<const uint8_t*>(&stats_.bitrate_bps);
  }

  /// Call once prefetch() has taken effect: prefetches what handle_batch() of
  /// this kind of media will touch behind that.
  void prefetch_queue(media_kind kind) const {
    (kind == media_kind::audio ? audio_ : video_).prefetch();
  }

  /// Call after handle_batch(): prefetches what poll_packet() will touch.
  void prefetch_more() const {
    if (!history_.empty())
      net::prefetch(&remembered(next_sequence_));
    for (const auto* queue : {&audio_, &video_})
      if (const auto* x = queue->writer())
        x->prefetch();
  }

  /// The SSRC of the packet that is likely to be sent next.
  std::optional<ssrc> next_source() const {
    auto x = audio_.source();
    return x ? x : video_.source();
  }

private:
  // Small, since one is written for each packet to each receiver. The rest of
  // the sequence number and the time follow from its age.
  struct sent_packet {
    uint32_t microseconds = 0; // modulo 2^32
    uint16_t sequence = 0;
    uint16_t octets : 11 = 0; // 0: never sent, or reported
    uint16_t probe : 4 = 0;   // see tag_of(); 0: none
    uint16_t missing : 1 = 0; // reported as not received
  };

  // A probe that is being sent.
  struct probe_progress {
    probe what;
    time_point began{};
    uint32_t sent = 0;
  };

  // How many packets are remembered, a power of two: more only while packets of
  // the last `memory_time` have not been reported yet.
  static constexpr size_t least_history = 128;
  static constexpr size_t most_history = 2048;
  static constexpr duration memory_time = std::chrono::seconds{5};

  sent_packet& remembered(int64_t sequence) {
    return history_[static_cast<size_t>(sequence) & (history_.size() - 1)];
  }

  const sent_packet& remembered(int64_t sequence) const {
    return history_[static_cast<size_t>(sequence) & (history_.size() - 1)];
  }

  static uint16_t tag_of(probe_id x) {
    return static_cast<uint16_t>(1 + x % 15);
  }

  std::optional<wire_packet> take(send_queue& from);
  bool probe_due() const;
  std::optional<wire_packet> pad();
  bool is_padded(const outgoing_packet& x) const;
  outgoing_packet renumbered(outgoing_packet x);
  std::optional<wire_packet> write(const outgoing_packet& x,
                                   const header_writer& headers);
  wire_packet finish(const written_header& layout, net::byte_span payload);
  net::byte_span patched(const payload_patch& x, net::byte_span payload);
  void remember(size_t octets);
  void make_room();
  void estimate(time_point now, uint32_t taken_back);
  void update_wants_more();
  packet_report report_of(const sent_packet& x, time_point now) const;
  void judge_missing(time_point now);
  void pace(time_point now);
  void drop_late();
  void drop_superseded(const outgoing_batch& x);
  void start_probe_if_due();

  // Up to the first part of stats_ stand the members that each packet touches:
  // with many receivers none of them is in the cache when their turn comes. A
  // test limits their size.
  time_point now_{};
  std::optional<time_point> timeout_;
  // The first number is 1 of the second cycle, so that all stay positive.
  int64_t next_sequence_ = 65537;
  bool uncongested_ = true; // the link is not congested, and nothing is paced
  bool audio_first_ = true; // the order of this pass
  bool probing_ = false;
  bool wants_more_ = true; // than the link is estimated to carry
  std::unique_ptr<bandwidth_estimator> estimator_; // from the first feedback on
  time_point probe_check_due_{};
  std::unique_ptr<probe_progress> probe_; // seldom any
  std::vector<sent_packet> history_; // empty until the first numbered packet
  send_queue video_;
  send_queue audio_;
  send_queue repairs_;
  pacer pacer_;
  rate_meter rate_;
  fifo<ssrc> dropped_;
  egress_stats stats_; // `packets` and `octets` are first

  time_point restarted_at_{};
  std::vector<packet_report> reports_;
  reordering reordering_;
  int64_t newest_reported_ = 0; // newest packet reported as received
  int64_t judged_ = 65537;      // all losses before this are known
  probe_id latest_probe_ = 0;
  uint16_t padding_sequence_ = 0;
  std::unique_ptr<padding_stream> padding_stream_; // null: one of its own
  uint64_t wanted_ = 0;
  bool starved_ = false;
  remb_link remb_;
};

} // namespace troupe::rtp
