#pragma once

#include <compare>
#include <cstdint>

namespace troupe::actors {

/// A moment that all nodes order alike: the wall clock where their clocks
/// agree, and causality in any case. No two stamps of a cluster are equal.
struct stamp {
  /// Milliseconds since 1970, UTC.
  int64_t wall_ms = 0;
  /// Counts the stamps of one millisecond.
  uint32_t counter = 0;
  /// The incarnation of the node that made the stamp.
  uint64_t node = 0;

  auto operator<=>(const stamp&) const = default;
};

/// Makes the stamps of one node: a hybrid logical clock (Kulkarni et al.,
/// 2014). Each stamp is later than all that this node made or observed before,
/// even if its wall clock stands still or goes back.
class hybrid_clock {
public:
  /// The most that a stamp of another node may be ahead of this node's clock.
  static constexpr int64_t max_drift_ms = 60'000;

  /// `node` is this node's incarnation.
  explicit hybrid_clock(uint64_t node) : node_(node) {}

  /// Returns a new stamp. `wall_ms` is the wall clock.
  stamp next(int64_t wall_ms);

  /// Notes a stamp of another node. Returns it, or, if it is too far ahead, the
  /// latest that may be: so one wrong clock cannot drive all others.
  stamp observe(stamp remote, int64_t wall_ms);

  /// The number of stamps that were too far ahead.
  uint64_t clamped() const {
    return clamped_;
  }

private:
  uint64_t node_;
  int64_t last_ms_ = 0;
  uint32_t counter_ = 0;
  uint64_t clamped_ = 0;
};

} // namespace troupe::actors
