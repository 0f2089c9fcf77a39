#pragma once

#include "rtp/bwe/packet_report.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace troupe::rtp {

/// How far packets overtake each other on the way: what has been told of as
/// missing is lost only when something came that left so much later. The idea
/// is that of RACK's reordering window (RFC 8985, section 3.3.2): none where
/// the order is kept, so that loss is known at once.
class reordering {
public:
  /// Takes what came, in the order in which it left.
  void add(std::span<const packet_report> reports, time_point now) {
    if (now - since_ >= memory) {
      since_ = now;
      farthest_before_ = std::exchange(farthest_, duration{});
    }
    if (reports.empty())
      return;
    // By what was told of before, and by the first of what is told of now.
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

  /// When the newest left that has come.
  time_point newest() const {
    return newest_;
  }

  /// How much later something must have left that came before a packet is lost.
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
