#pragma once

#include "rtp/types.hpp"

#include <optional>

namespace troupe::rtp {

/// A receiver's link as its own estimate shows it (REMB), where there is no
/// transport-wide feedback.
///
/// Such an estimate follows what arrives: it cannot rise to the price of a
/// picture that is not sent. So a low estimate shows congestion only while more
/// than that is sent, and only if it has stopped rising; and where a picture
/// was left out for lack of room, it is tried again after a while, and then
/// more and more seldom.
class remb_link {
public:
  /// How long a picture is left out before it is tried again, at first and at
  /// most.
  static constexpr duration first_wait = std::chrono::seconds{5};
  static constexpr duration longest_wait = std::chrono::seconds{60};

  /// An estimate that rose so long ago is one that has stopped rising. More
  /// than lies between two of them.
  static constexpr duration patience = std::chrono::seconds{3};

  /// A picture that stayed for so long was no mistake.
  static constexpr duration success = std::chrono::seconds{20};

  void handle_remb(uint64_t bps, time_point now);

  /// The latest estimate; nothing before the first.
  std::optional<uint64_t> bps() const {
    return bps_;
  }

  /// Whether more is sent than the link carries.
  bool congested(uint64_t sent_bps, time_point now) const;

  /// To be asked a few times a second. `starved`: a picture is left out for
  /// lack of room. True where it is to be tried again.
  bool try_again(bool starved, time_point now);

private:
  std::optional<uint64_t> bps_;
  uint64_t reference_ = 0; // what the estimate must exceed to have risen
  time_point rose_{};
  std::optional<time_point> starved_since_;
  std::optional<time_point> tried_;
  duration wait_ = first_wait;
};

} // namespace troupe::rtp
