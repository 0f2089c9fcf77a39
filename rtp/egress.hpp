#pragma once

#include "rtp/bwe/bandwidth_estimator.hpp"
#include "rtp/fifo.hpp"
#include "rtp/outgoing_packet.hpp"
#include "rtp/rtcp/transport_cc.hpp"
#include "rtp/stats.hpp"

#include <array>
#include <memory>

namespace troupe::rtp {

/// The engine of a transport's sending side: puts the packets of all its
/// consumers into one order, numbers them transport-wide, stamps them with the
/// time they leave, and remembers that until the receiver's feedback comes.
///
///     egress.handle_batch(std::move(batch), now);
///     while (auto x = egress.poll_packet())
///       sender->protect_rtp(x->header, x->payload, out);
class egress {
public:
  /// The plaintext of one packet in two parts, as SRTP takes it. The spans are
  /// good until the next call of any other member function.
  struct wire_packet {
    net::byte_span header;
    net::byte_span payload;
  };

  void handle_batch(outgoing_batch batch, time_point now);

  void handle_timeout(time_point now);

  /// The next packet to send now.
  std::optional<wire_packet> poll_packet();

  /// Never yet: nothing is held back.
  std::optional<time_point> poll_timeout() const {
    return std::nullopt;
  }

  /// Transport-wide feedback of the receiver. The reports that the estimate
  /// of its link took from it are there until the next call.
  std::span<const packet_report>
  handle_transport_feedback(const rtcp::transport_cc& x, time_point now);

  /// The receiver's estimate (REMB).
  void handle_remb(uint64_t bitrate_bps);

  egress_stats stats(time_point now) const;

private:
  // Small, since one is written for each packet to each receiver. The rest of
  // its sequence number and time follows from its being among the latest.
  struct sent_packet {
    uint32_t microseconds = 0; // modulo 2^32
    uint16_t sequence = 0;
    uint16_t octets = 0; // 0: never sent, or told of
  };

  static constexpr size_t history_size = 2048;

  std::optional<wire_packet> write(const outgoing_packet& x,
                                   const header_writer& headers);
  net::byte_span patched(const payload_patch& x, net::byte_span payload);
  void remember(size_t octets);
  void estimate(time_point now);

  fifo<outgoing_batch> queue_;
  outgoing_batch current_;
  size_t position_ = 0;
  time_point now_{};
  // The first number is 1 in the second cycle, so that all stay positive.
  int64_t next_sequence_ = 65537;
  std::vector<sent_packet> history_; // empty until the first numbered packet
  std::vector<packet_report> reports_;
  std::unique_ptr<bandwidth_estimator> estimator_; // from the first feedback on
  std::array<uint8_t, header_room> header_;
  std::array<uint8_t, net::buffer::capacity + 2> payload_; // RTX, and patches
  egress_stats stats_;
  rate_meter rate_;
};

} // namespace troupe::rtp
