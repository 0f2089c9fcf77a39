#pragma once

#include "rtp/rtcp/common.hpp"

#include <chrono>
#include <vector>

namespace troupe::rtp::rtcp {

/// The unit of a receive delta in transport-wide feedback.
using delta_ticks = std::chrono::duration<int64_t, std::ratio<1, 4000>>;

/// The unit of the reference time in the same feedback: 64 ms.
using reference_ticks = std::chrono::duration<int64_t, std::ratio<8, 125>>;

/// What the feedback reports about one packet.
struct packet_status {
  uint16_t sequence_number = 0;
  bool received = false;
  /// The arrival time, from the receiver's arbitrary zero. It wraps with the
  /// 24-bit reference time every 12 days. Only if received.
  delta_ticks arrival{};

  bool operator==(const packet_status&) const = default;
};

/// Transport-wide congestion control feedback
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1). A view of
/// the packet; parse has checked that its chunks and deltas cover status_count
/// packets.
class transport_cc {
public:
  static constexpr uint8_t format = 15;

  static std::optional<transport_cc> parse(const packet_view& x);

  rtp::ssrc sender() const {
    return sender_;
  }

  rtp::ssrc media() const {
    return media_;
  }

  uint16_t base_sequence_number() const {
    return base_;
  }

  /// How many packets it reports, received or not: up to 65,535, even in a
  /// short packet.
  uint16_t status_count() const {
    return status_count_;
  }

  /// The zero of the first delta; signed 24 bits on the wire.
  reference_ticks reference_time() const {
    return reference_time_;
  }

  /// Incremented with each feedback packet; a gap means that one was lost.
  uint8_t feedback_count() const {
    return feedback_count_;
  }

  /// Gives the packets' statuses one by one, in order of sequence number.
  class cursor {
  public:
    explicit cursor(const transport_cc& x);

    std::optional<packet_status> next();

  private:
    uint8_t next_symbol();

    net::byte_span chunks_;
    net::byte_span deltas_;
    delta_ticks time_;
    uint16_t sequence_number_;
    uint16_t left_;
    uint16_t chunk_ = 0;
    uint16_t in_chunk_ = 0; // symbols left in the current chunk
  };

  cursor statuses() const {
    return cursor{*this};
  }

private:
  rtp::ssrc sender_{};
  rtp::ssrc media_{};
  uint16_t base_ = 0;
  uint16_t status_count_ = 0;
  uint8_t feedback_count_ = 0;
  reference_ticks reference_time_{};
  net::byte_span chunks_;
  net::byte_span deltas_;
};

/// Collects arrivals and writes them as transport-wide feedback. Add arrivals
/// in ascending order of (unwrapped) sequence number; skipped numbers count as
/// lost. Reusable: it keeps its memory, so the steady state allocates nothing.
class transport_cc_builder {
public:
  /// The most packets that one feedback packet reports, so that it fits one
  /// datagram: 20 + 2 * 480/7 + 2 * 480 octets at worst.
  static constexpr size_t max_statuses = 480;

  /// Starts again at the packet `base`. Its arrival, or the first arrival after
  /// it, sets the reference time. `time` counts from any fixed zero.
  void start(int64_t base, net::duration time);

  /// Adds an arrival. Returns false and changes nothing if it does not fit: if
  /// the number does not rise, or is too far ahead, or if the time jumped by
  /// more than 8.19 s. Then build, start again, and add it again.
  bool add(int64_t sequence_number, net::duration time);

  /// How many packets the feedback would report.
  size_t size() const {
    return deltas_.size();
  }

  bool empty() const {
    return deltas_.empty();
  }

  /// The packet after the last one reported: the next feedback starts there.
  int64_t next_sequence_number() const {
    return base_ + static_cast<int64_t>(deltas_.size());
  }

  /// Writes the whole RTCP packet to `out` and returns its size, or nothing if
  /// it does not fit or if there is nothing to report.
  std::optional<size_t> build(rtp::ssrc sender, rtp::ssrc media,
                              uint8_t feedback_count,
                              net::mutable_byte_span out) const;

private:
  void write_chunks(net::byte_writer& out) const;

  static constexpr int32_t lost = INT32_MIN;

  int64_t base_ = 0;
  int64_t reference_ = 0; // in reference_ticks
  int64_t last_ = 0;      // in delta_ticks
  std::vector<int32_t> deltas_;
};

} // namespace troupe::rtp::rtcp
