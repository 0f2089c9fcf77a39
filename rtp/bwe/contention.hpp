#pragma once

#include "rtp/base/types.hpp"

#include <optional>

namespace troupe::rtp {

/// Tells a queue that other traffic fills from our own queue. Ours shrinks when
/// we send less. A queue that stands all the same belongs to a download, and a
/// sender that keeps yielding to it ends with nothing. The idea is that of
/// Copa's mode switching (Arun and Balakrishnan, NSDI 2018, section 4): a
/// sender that sees no empty queue for a while, though it would have emptied
/// its own, competes.
///
/// Queues are measured from a least delay that is kept for long. It is given up
/// only after a window without any change of the delay, as after a handover.
class contention {
public:
  /// Takes the least delay of the latest moments and the share of lost packets.
  void update(duration delay, double loss, time_point now);

  /// Whether other traffic fills the queue.
  bool contested() const {
    return contested_;
  }

  /// How long even the fastest packet waits.
  duration queue() const {
    return queue_;
  }

private:
  void keep_base(duration delay, time_point now);
  void check_for_fall(time_point now);
  bool is_ours(double loss) const;

  duration base_{};
  duration queue_{};
  duration most_{};       // the longest queue when it was first contested
  duration window_min_{}; // of the present window
  duration window_max_{};
  time_point window_start_{};
  std::optional<time_point> stands_since_;
  std::optional<time_point> gone_since_;
  std::optional<time_point> ours_since_;
  duration patience_{};
  duration checked_queue_{}; // the queue at the last check for a fall
  time_point checked_at_{};
  bool falls_ = false;
  bool started_ = false;
  bool contested_ = false;
};

} // namespace troupe::rtp
