#pragma once

#include "rtp/base/types.hpp"

#include <algorithm>
#include <optional>

namespace troupe::rtp {

/// Detects that a receiver's clock was set, or that it lied: then times before
/// and after cannot be compared.
class receiver_clock {
public:
  /// Takes the arrival time of the next packet by the receiver's clock, and the
  /// time of its report by ours. Returns whether the receiver's clock was set
  /// in between.
  bool was_set(duration received, time_point now) {
    auto set = latest_
               && (received < *latest_ - most_back
                   || received > *latest_ + (now - reported_at_) + most_ahead);
    latest_ = set || !latest_ ? received : std::max(*latest_, received);
    reported_at_ = now;
    return set;
  }

private:
  /// Reordering sets arrival times back by less than this.
  static constexpr duration most_back = std::chrono::seconds{1};

  /// Late reports make the receiver's clock seem to run ahead by less than
  /// this.
  static constexpr duration most_ahead = std::chrono::seconds{10};

  std::optional<duration> latest_;
  time_point reported_at_{};
};

} // namespace troupe::rtp
