#pragma once

#include "rtp/packet/media_packet.hpp"

#include <optional>
#include <vector>

namespace troupe::rtp {

/// Maps the media timestamps of one or several sources to the single timeline
/// that a consumer sees. Differences within a source are kept, so that after a
/// pause the timestamp has advanced as the sender's clock did. Another source
/// continues where the sender reports of both sources say, or, while a report
/// is missing, by the elapsed time. The elapsed time also counts if a source's
/// timestamps jump against the clock (the sender restarted).
///
/// Invariant: when a source takes over, the timestamp is later than all before.
class timestamp_aligner {
public:
  /// A larger deviation from the clock is a restart.
  static constexpr duration max_drift = std::chrono::seconds{10};

  /// Sender reports are wrong if they deviate from the elapsed time by more.
  static constexpr duration max_report_error = std::chrono::seconds{1};

  timestamp_aligner(uint32_t clock_rate, uint32_t initial);

  /// The timestamp for a packet; `timestamp` is extended within its source. The
  /// reports are those of the packet's source and of the source before it. They
  /// are used only when the source changes; either may be null.
  uint32_t map(uint8_t source, int64_t timestamp, time_point arrival,
               const source_report* report = nullptr,
               const source_report* before = nullptr);

  /// The timestamp that map() gave or would give a packet of the present or an
  /// earlier turn of its source; nothing if that is forgotten.
  std::optional<uint32_t> peek(uint8_t source, int64_t timestamp) const;

  /// Whether map() would go on as with the packets before: neither does another
  /// source take over, nor do the timestamps jump.
  bool keeps_turn(uint8_t source, int64_t timestamp, time_point arrival) const;

  /// The latest timestamp, and when its packet arrived.
  struct position {
    uint32_t timestamp = 0;
    time_point arrival{};
  };

  /// Nothing before the first packet.
  std::optional<position> latest() const {
    if (started_)
      return position{static_cast<uint32_t>(last_input_ + now_.offset),
                      last_arrival_};
    if (last_arrival_ != time_point{})
      return position{initial_, last_arrival_};
    return std::nullopt;
  }

  /// The first packet is to follow that position by the elapsed time. Call it
  /// before.
  void continue_after(const position& x) {
    initial_ = x.timestamp;
    last_arrival_ = x.arrival;
  }

  /// What map() adds to a timestamp as long as keeps_turn() is true.
  int64_t offset() const {
    return now_.offset;
  }

  /// Whether keeps_turn() is the same for both, whatever packets follow.
  bool in_step_with(const timestamp_aligner& x) const {
    return started_ && x.started_ && clock_rate_ == x.clock_rate_
           && source() == x.source() && last_input_ == x.last_input_
           && last_arrival_ == x.last_arrival_;
  }

  /// The source of the last packet; there must have been a packet.
  uint8_t source() const {
    return now_.source;
  }

  bool started() const {
    return started_;
  }

  uint32_t clock_rate() const {
    return clock_rate_;
  }

  /// Octets on the heap: none before another turn has begun.
  size_t memory() const {
    return earlier_.capacity() * sizeof(turn);
  }

private:
  // The packets of one source from `first` on.
  struct turn {
    int64_t first = 0;
    int64_t offset = 0; // output minus input
    // The part of the offset that only keeps timestamps ascending, at most
    // max_report_error: the next source does not inherit it.
    int32_t monotonic_shift = 0;
    uint8_t source = 0;
  };

  int64_t ticks(duration x) const;
  void take_turn(turn x);

  static constexpr size_t max_earlier = 3;

  uint32_t clock_rate_;
  uint32_t initial_;
  turn now_;
  int64_t last_input_ = 0;
  time_point last_arrival_{};
  bool started_ = false;
  std::vector<turn> earlier_; // the oldest first
};

} // namespace troupe::rtp
