#pragma once

#include "net/base/prefetch.hpp"
#include "rtp/bwe/bandwidth_estimator.hpp"
#include "rtp/bwe/remb_link.hpp"
#include "rtp/bwe/reordering.hpp"
#include "rtp/fifo.hpp"
#include "rtp/pacer.hpp"
#include "rtp/rtcp/transport_cc.hpp"
#include "rtp/send_queue.hpp"
#include "rtp/stats.hpp"

#include <array>
#include <memory>

namespace troupe::rtp {

/// The engine of a transport's sending side: puts the packets of all its
/// consumers into one order, numbers them transport-wide, stamps them with the
/// time they leave, and remembers that until the receiver's feedback comes.
///
/// While the receiver's link has trouble, packets are paced: audio goes at
/// once, then what is sent again, then video, in the rate that the link is held
/// to carry. Video that would wait too long is dropped (see poll_dropped()),
/// but not because this engine is called late: what would have gone meanwhile
/// goes then. Otherwise nothing waits. Where more could be used than the link
/// is held to carry, padding probes it.
///
///     egress.handle_batch(std::move(batch), now);
///     while (auto x = egress.poll_packet())
///       sender->protect_rtp(x->header, x->payload, out);
class egress {
public:
  /// How long video may wait; longer just after some was dropped, or a stream
  /// began anew, so that the key frame gets through.
  static constexpr duration longest_wait = std::chrono::milliseconds{300};
  static constexpr duration longest_wait_for_keyframe =
      std::chrono::milliseconds{1500};

  /// Where probes go that carry nothing: clients have a receiver for these
  /// from their first video consumer on.
  static constexpr ssrc probation_ssrc{1234};
  static constexpr payload_type probation_payload{127};

  /// The plaintext of one packet in two parts, as SRTP takes it. The spans are
  /// good until this thread calls any other member function of any egress.
  struct wire_packet {
    net::byte_span header;
    net::byte_span payload;
  };

  /// Where the room of what has been sent goes; it must outlive this.
  void use(room_pool* rooms) {
    for (auto* x : {&audio_, &repairs_, &video_})
      x->use(rooms);
  }

  void handle_batch(outgoing_batch&& batch, time_point now);

  void handle_timeout(time_point now);

  /// The next packet to send now.
  std::optional<wire_packet> poll_packet();

  /// When there may be more to send: held back, or a probe to go on with.
  std::optional<time_point> poll_timeout() const {
    return timeout_;
  }

  /// A stream of which video was dropped, for having waited too long: it has to
  /// go on with a key frame.
  std::optional<ssrc> poll_dropped() {
    return dropped_.pop();
  }

  bool has_dropped() const {
    return !dropped_.empty();
  }

  /// Drops all that waits: there is no way to the receiver.
  void discard();

  /// Transport-wide feedback of the receiver. The reports that the estimate
  /// of its link took from it are there until the next call: first what came,
  /// then what is lost, which is known only when nothing can overtake as much.
  std::span<const packet_report>
  handle_transport_feedback(const rtcp::transport_cc& x, time_point now);

  /// The receiver's estimate (REMB).
  void handle_remb(uint64_t bitrate_bps, time_point now);

  /// Whether a picture that gets nothing, as set_wanted() told, is to be tried
  /// again: with REMB alone nothing else finds out that there is room for it.
  /// To be asked a few times a second.
  bool try_again(time_point now) {
    return !estimator_ && remb_.try_again(starved_, now);
  }

  /// Drops what waits of one stream, which has ended, repetitions included.
  void drop(const header_writer& whose) {
    for (auto* x : {&audio_, &repairs_, &video_})
      x->drop(whose);
  }

  /// Whether the receiver has what probes are sent to.
  void set_probing(bool on) {
    probing_ = on;
  }

  /// How much the consumers could use: more is not probed. `starved`: one of
  /// them gets nothing for lack of it.
  void set_wanted(uint64_t bps, bool starved = false);

  /// How much the receiver's link is held to carry; nothing where no feedback
  /// has come.
  std::optional<uint64_t> link_bps() const;

  /// Whether more is sent than the link carries, and not only a little late.
  bool congested(time_point now) const;

  /// The share of packets that the receiver lacks, smoothed.
  double loss() const {
    return estimator_ ? estimator_->loss() : 0;
  }

  egress_stats stats(time_point now) const;

  /// Asks the processor for what handle_batch() and poll_packet() touch.
  void prefetch() const {
    net::prefetch(this, &estimator_);
  }

  /// Once prefetch() has brought that: for what it points to.
  void prefetch_more() const {
    if (!history_.empty())
      net::prefetch(
          &history_[static_cast<size_t>(next_sequence_) % history_size]);
    if (const auto* x = video_.writer())
      net::prefetch(x, x + 1);
  }

private:
  // Small, since one is written for each packet to each receiver. The rest of
  // its sequence number and time follows from its being among the latest.
  struct sent_packet {
    uint32_t microseconds = 0; // modulo 2^32
    uint16_t sequence = 0;
    uint16_t octets : 11 = 0; // 0: never sent, or told of
    uint16_t probe : 4 = 0;   // see tag_of(); 0: none
    uint16_t missing : 1 = 0; // the receiver said that it lacks it
  };

  // A probe that is being sent.
  struct probe_progress {
    probe what;
    time_point began{};
    uint32_t sent = 0;
  };

  static constexpr size_t history_size = 2048;

  static uint16_t tag_of(probe_id x) {
    return static_cast<uint16_t>(1 + x % 15);
  }

  std::optional<wire_packet> take(send_queue& from);
  bool probe_due() const;
  std::optional<wire_packet> pad();
  std::optional<wire_packet> write(const outgoing_packet& x,
                                   const header_writer& headers);
  wire_packet finish(const written_header& layout, net::byte_span payload);
  net::byte_span patched(const payload_patch& x, net::byte_span payload);
  void remember(size_t octets);
  void estimate(time_point now, uint32_t taken_back);
  void note_wish();
  packet_report report_of(const sent_packet& x, time_point now) const;
  void judge_missing(time_point now);
  void pace(time_point now);
  void drop_late();
  void make_way(const outgoing_batch& x);
  void see_to_probe();

  // What each packet touches stands together: with many receivers none of it is
  // in the cache when their turn comes.
  time_point now_{};
  std::optional<time_point> timeout_;
  time_point probe_check_due_{};
  // The first number is 1 in the second cycle, so that all stay positive.
  int64_t next_sequence_ = 65537;
  std::vector<sent_packet> history_; // empty until the first numbered packet
  send_queue video_;
  send_queue audio_;
  send_queue repairs_;
  bool calm_ = true; // the link is not congested, and nothing is paced
  bool probing_ = false;
  bool wants_more_ = true; // than the link is held to carry
  pacer pacer_;
  std::optional<probe_progress> probe_;
  fifo<ssrc> dropped_;
  rate_meter rate_;
  egress_stats stats_;

  std::unique_ptr<bandwidth_estimator> estimator_; // from the first feedback on
  time_point renewed_at_{};
  std::vector<packet_report> reports_;
  reordering reordering_;
  int64_t newest_told_ = 0; // of what came
  int64_t judged_ = 65537;  // before this it is known what is lost
  probe_id latest_probe_ = 0;
  uint16_t padding_sequence_ = 0;
  uint64_t wanted_ = 0;
  bool starved_ = false;
  remb_link remb_;
};

} // namespace troupe::rtp
