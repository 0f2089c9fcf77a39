#include "rtp/bwe/contention.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

using namespace std::chrono_literals;

/// A shorter queue does not count as standing.
constexpr duration harmless = 60ms;

/// A queue of our own is empty after this time plus `lengths` times its length:
/// the feedback that shows the queue is delayed by it, too.
constexpr duration first_patience = 2s;
constexpr duration longest_patience = 32s;
constexpr int lengths = 2;

/// A queue falls if it becomes shorter by `fall` in this time.
constexpr duration fall_time = 1s;
constexpr duration fall = 10ms;

/// How long the queue must be gone, or look like our own, to end contention.
constexpr duration gone_for = 1s;
constexpr duration ours_for = 1s;

/// The queue is ours after all if more is lost, or if it grows by this much: a
/// sender alone on a link that is too narrow sees the same.
constexpr double much_loss = 0.15;
constexpr int much_longer = 2;
constexpr duration much_longer_by = 200ms;

/// A delay that changes by less than `flat` in a window is the delay of the
/// network path itself. The clocks of both ends may drift apart by `drift` in a
/// window.
constexpr duration window_length = 10s;
constexpr duration flat = 10ms;
constexpr duration drift = 1ms;

} // namespace

void contention::update(duration delay, double loss, time_point now) {
  keep_base(delay, now);
  queue_ = delay - base_;
  if (queue_ <= harmless) {
    stands_since_.reset();
    ours_since_.reset();
    if (!gone_since_)
      gone_since_ = now;
    if (contested_ && now - *gone_since_ >= gone_for) {
      contested_ = false;
      patience_ = first_patience;
    }
    return;
  }
  gone_since_.reset();
  if (!stands_since_)
    stands_since_ = now;
  check_for_fall(now);
  if (!contested_) {
    contested_ = now - *stands_since_ >= patience_ + lengths * queue_ && !falls_
                 && loss <= much_loss;
    most_ = queue_;
    ours_since_.reset();
  } else if (!is_ours(loss)) {
    ours_since_.reset();
  } else if (!ours_since_) {
    ours_since_ = now;
  } else if (now - *ours_since_ >= ours_for) {
    // A mistake: wait longer before the next attempt.
    contested_ = false;
    stands_since_ = now;
    patience_ = std::min(2 * patience_, longest_patience);
  }
}

bool contention::is_ours(double loss) const {
  return loss > much_loss || queue_ > much_longer * most_ + much_longer_by;
}

void contention::check_for_fall(time_point now) {
  if (now - checked_at_ < fall_time)
    return;
  falls_ = queue_ < checked_queue_ - fall;
  checked_queue_ = queue_;
  checked_at_ = now;
}

void contention::keep_base(duration delay, time_point now) {
  if (!started_) {
    started_ = true;
    base_ = window_min_ = window_max_ = delay;
    window_start_ = now;
    patience_ = first_patience;
  }
  if (now - window_start_ >= window_length) {
    base_ = window_max_ - window_min_ < flat ? window_min_ : base_ + drift;
    window_start_ = now;
    window_min_ = window_max_ = delay;
  }
  base_ = std::min(base_, delay);
  window_min_ = std::min(window_min_, delay);
  window_max_ = std::max(window_max_, delay);
}

} // namespace troupe::rtp
