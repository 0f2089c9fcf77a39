#pragma once

#include "net/srtp/replay_window.hpp"
#include "rtp/base/types.hpp"

#include <cstdint>

namespace troupe::load {

/// What the RTP sequence numbers of a stream reveal of its network path.
struct sequence_counts {
  /// Distinct packets, late and recovered ones included.
  uint64_t received = 0;
  /// Missing numbers below the highest.
  uint64_t lost = 0;
  /// Repeated numbers.
  uint64_t duplicates = 0;
  /// Packets that arrived after a higher number.
  uint64_t reordered = 0;
  /// Gaps that a retransmission has filled.
  uint64_t recovered = 0;
  /// More than `sequence_checker::window` behind: a duplicate or very late.
  uint64_t stale = 0;

  void add(const sequence_counts& x) {
    received += x.received;
    lost += x.lost;
    duplicates += x.duplicates;
    reordered += x.reordered;
    recovered += x.recovered;
    stale += x.stale;
  }
};

/// Follows the sequence numbers of one stream across wraps. Starts with the
/// first packet's number.
class sequence_checker {
public:
  static constexpr size_t window = 1024;

  /// The order in which a packet arrived.
  enum class verdict : uint8_t { next, ahead, late, duplicate, stale };

  /// Handles a packet. `ahead` means that it leaves a gap.
  verdict handle(uint16_t sequence) {
    auto x = classify(sequence);
    reordered_ += x == verdict::late ? 1 : 0;
    return x;
  }

  /// Handles a retransmitted packet. Returns whether it filled a gap; if not,
  /// it counts as a duplicate.
  bool recover(uint16_t sequence) {
    auto x = classify(sequence);
    auto filled = x != verdict::duplicate && x != verdict::stale;
    recovered_ += filled ? 1 : 0;
    return filled;
  }

  /// Whether any packet has arrived.
  bool started() const {
    return started_;
  }

  /// The highest number, extended beyond 16 bits.
  int64_t extended_highest() const {
    return static_cast<int64_t>(seen_.highest());
  }

  sequence_counts counts() const {
    sequence_counts x;
    x.received = received_;
    x.lost = expected_ > received_ ? expected_ - received_ : 0;
    x.duplicates = duplicates_;
    x.reordered = reordered_;
    x.recovered = recovered_;
    x.stale = stale_;
    return x;
  }

  /// Resets the counts; the numbers seen so far stay known.
  void reset_counts() {
    expected_ = received_ = duplicates_ = reordered_ = recovered_ = stale_ = 0;
  }

private:
  verdict classify(uint16_t sequence) {
    if (!started_) {
      started_ = true;
      seen_.mark(static_cast<uint64_t>(extender_.extend(sequence)) - 1);
    }
    auto number = extender_.peek(sequence);
    auto at = static_cast<uint64_t>(number);
    auto before = seen_.highest();
    if (at + window <= before) {
      ++stale_;
      return verdict::stale;
    }
    if (!seen_.is_fresh(at)) {
      ++duplicates_;
      return verdict::duplicate;
    }
    seen_.mark(at);
    ++received_;
    if (at < before)
      return verdict::late;
    extender_.extend(sequence);
    expected_ += at - before;
    return at == before + 1 ? verdict::next : verdict::ahead;
  }

  rtp::wrap_extender<uint16_t> extender_;
  net::replay_window<window> seen_;
  uint64_t expected_ = 0;
  uint64_t received_ = 0;
  uint64_t duplicates_ = 0;
  uint64_t reordered_ = 0;
  uint64_t recovered_ = 0;
  uint64_t stale_ = 0;
  bool started_ = false;
};

} // namespace troupe::load
