#pragma once

#include <algorithm>
#include <cstdint>

namespace troupe::rtp {

/// The loss of one stream as receiver reports state it (RFC 3550, section 6.4.1
/// and appendix A.3). Packets restored by RTX count as lost, so that the loss
/// describes the network path (RFC 4588, section 5).
class loss_report {
public:
  /// The counts of a stream since it began.
  struct counts {
    int64_t expected = 0;
    int64_t received = 0; // by the stream itself
    int64_t repaired = 0; // by RTX
  };

  /// Ends an interval. `elsewhere` is the worst fraction that receivers of the
  /// stream report as lost, in 1/256. If it exceeds the path's own loss, it is
  /// reported instead. The receivers' loss includes the path's own, so the two
  /// are not added.
  void close_interval(const counts& now, uint8_t elsewhere) {
    auto expected = now.expected - before_.expected;
    auto lost = expected - (now.received - before_.received);
    auto repaired = now.repaired - before_.repaired;
    before_ = now;
    fraction_lost_ = fraction(lost, expected);
    fraction_missing_ = fraction(lost - repaired, expected);
    reported_fraction_ = std::max(fraction_lost_, elsewhere);
    reported_lost_ +=
        elsewhere > fraction_lost_ ? elsewhere * expected / 256 : lost;
  }

  /// Another SSRC takes over: it has lost nothing yet.
  void restart(const counts& now) {
    before_ = now;
    reported_lost_ = 0;
  }

  /// The fraction lost on the network path in the last interval, in 1/256.
  uint8_t fraction_lost() const {
    return fraction_lost_;
  }

  /// The fraction that RTX did not restore, in 1/256.
  uint8_t fraction_missing() const {
    return fraction_missing_;
  }

  /// The fraction reported to the sender.
  uint8_t reported_fraction() const {
    return reported_fraction_;
  }

  int64_t reported_lost() const {
    return reported_lost_;
  }

private:
  static uint8_t fraction(int64_t lost, int64_t expected) {
    if (expected <= 0 || lost <= 0)
      return 0;
    return static_cast<uint8_t>(std::min<int64_t>(255, lost * 256 / expected));
  }

  counts before_;
  uint8_t fraction_lost_ = 0;
  uint8_t fraction_missing_ = 0;
  uint8_t reported_fraction_ = 0;
  int64_t reported_lost_ = 0;
};

} // namespace troupe::rtp
