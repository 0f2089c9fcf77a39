#pragma once

#include "rtp/types.hpp"

#include <algorithm>
#include <optional>

namespace troupe::rtp {

/// Notices that a receiver's clock was set, or lied: then what it showed before
/// and what it shows now cannot be compared.
class receiver_clock {
public:
  /// Takes when the next packet came, by that clock, and when it is told of, by
  /// ours. Gives whether the clock was set in between.
  bool was_set(duration received, time_point now) {
    auto set = latest_
               && (received < *latest_ - most_back
                   || received > *latest_ + (now - told_) + most_ahead);
    latest_ = set || !latest_ ? received : std::max(*latest_, received);
    told_ = now;
    return set;
  }

private:
  /// Packets overtake each other by less than this.
  static constexpr duration most_back = std::chrono::seconds{1};

  /// What is told late makes time there seem to run ahead, by less than this.
  static constexpr duration most_ahead = std::chrono::seconds{10};

  std::optional<duration> latest_;
  time_point told_{};
};

} // namespace troupe::rtp
