#pragma once

#include "rtp/base/types.hpp"

#include <optional>
#include <utility>

namespace troupe::rtp {

/// Judges whether a sender answers requests for key frames. A *deaf* one does
/// not: it takes none (no `nack pli` and no `ccm fir`), or takes them and sends
/// key frames at its own times.
///
/// A key frame soon after the first of a series of requests is taken for the
/// answer to it. That may be chance, since deaf senders send key frames too: so
/// only several answers in a row show that the sender is deaf no more.
class keyframe_answers {
public:
  /// The longest time from a request to its answer: a round trip, and the
  /// encoder's next picture.
  static constexpr duration longest_answer = std::chrono::milliseconds{500};

  /// How many requests in a row must be repeated without an answer, or be
  /// answered, to change the judgment.
  static constexpr int enough = 2;

  /// `takes_requests` is what the sender signaled. One that takes none is deaf
  /// for good.
  explicit keyframe_answers(bool takes_requests) : deaf_(!takes_requests) {}

  /// A request was sent: the first one, or another since no key frame came.
  void handle_request(time_point now) {
    if (!first_) {
      first_ = now;
      return;
    }
    if (++unanswered_ >= enough)
      deaf_ = true;
  }

  /// A key frame began to arrive.
  void handle_keyframe(time_point now) {
    if (!first_)
      return;
    if (now - *std::exchange(first_, std::nullopt) > longest_answer) {
      answered_ = 0;
      return;
    }
    unanswered_ = 0;
    if (++answered_ >= enough)
      deaf_ = false;
  }

  /// No key frame is wanted any more.
  void cancel() {
    first_.reset();
  }

  bool deaf() const {
    return deaf_;
  }

private:
  std::optional<time_point> first_; // request that no key frame has followed
  int unanswered_ = 0;              // in a row
  int answered_ = 0;
  bool deaf_;
};

} // namespace troupe::rtp
