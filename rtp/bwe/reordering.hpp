#pragma once

#include "rtp/bwe/packet_report.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace troupe::rtp {

/// Measures how far packets overtake each other on the network path. A packet
/// that was reported missing is lost only when a packet that was sent later by
/// at least this window has arrived. The idea is that of RACK's reordering
/// window (RFC 8985, section 3.3.2). The window is zero where the order is
/// kept, so that loss is known at once.
class reordering {
public:
  /// Takes the packets that arrived, in the order in which they were sent.
  void add(std::span<const packet_report> reports, time_point now) {
    if (now - since_ >= memory) {
      since_ = now;
      farthest_before_ = std::exchange(farthest_, duration{});
    }
    if (reports.empty())
      return;
    // Compare with packets of earlier reports, and with the earliest arrival
    // among these.
    for (const auto& x : reports)
      note(newest_ - x.sent);
    const auto* first = &reports.back();
    for (auto i = reports.rbegin(); i != reports.rend(); ++i)
      if (i->received <= first->received)
        first = &*i;
      else
        note(first->sent - i->sent);
    newest_ = std::max(newest_, reports.back().sent);
  }

  /// The send time of the newest packet that has arrived.
  time_point newest() const {
    return newest_;
  }

  /// How much later an arrived packet must have been sent to prove one lost.
  duration window() const {
    return to_spare * std::max(farthest_, farthest_before_) / 4;
  }

private:
  static constexpr duration memory = std::chrono::seconds{5};
  static constexpr duration longest = std::chrono::milliseconds{500};
  static constexpr int to_spare = 5; // quarters

  void note(duration overtaken) {
    farthest_ = std::max(farthest_, std::min(overtaken, longest));
  }

  time_point newest_{};
  duration farthest_{};
  duration farthest_before_{};
  time_point since_{};
};

} // namespace troupe::rtp
