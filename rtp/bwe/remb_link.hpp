#pragma once

#include "rtp/base/types.hpp"

#include <optional>

namespace troupe::rtp {

/// A receiver's link as its own estimate shows it (REMB), where there is no
/// transport-wide feedback.
///
/// Such an estimate follows what arrives, so it cannot rise to the rate of a
/// video layer that is not sent. A low estimate therefore shows congestion only
/// while more than it is sent, and only if it has stopped rising. A video that
/// was dropped for lack of bandwidth is tried again after a while, then at
/// growing intervals.
class remb_link {
public:
  /// How long a video stays dropped before it is tried again, at first and at
  /// most.
  static constexpr duration first_wait = std::chrono::seconds{5};
  static constexpr duration longest_wait = std::chrono::seconds{60};

  /// An estimate has stopped rising if its last rise is longer ago than this.
  /// Longer than the interval between two estimates.
  static constexpr duration patience = std::chrono::seconds{3};

  /// A video that stayed for so long was no mistake.
  static constexpr duration success = std::chrono::seconds{20};

  void handle_remb(uint64_t bps, time_point now);

  /// The latest estimate; nothing before the first.
  std::optional<uint64_t> bps() const {
    return bps_;
  }

  /// Whether more is sent than the link carries.
  bool congested(uint64_t sent_bps, time_point now) const;

  /// Must be called a few times a second. `starved`: a video is dropped for
  /// lack of bandwidth. Returns whether to try it again.
  bool try_again(bool starved, time_point now);

private:
  std::optional<uint64_t> bps_;
  uint64_t reference_ = 0; // the estimate has risen once it exceeds this
  time_point rose_{};
  std::optional<time_point> starved_since_;
  std::optional<time_point> tried_;
  duration wait_ = first_wait;
};

} // namespace troupe::rtp
