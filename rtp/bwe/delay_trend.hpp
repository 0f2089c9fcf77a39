#pragma once

#include "rtp/bwe/arrival_groups.hpp"

#include <array>
#include <cstddef>

namespace troupe::rtp {

/// The state of the queues on the path to the receiver, from the delays.
enum class link_usage : uint8_t {
  /// Queues neither grow nor shrink.
  normal,
  /// A queue grows: more is sent than the link carries.
  overused,
  /// A queue shrinks.
  underused,
};

/// Detects growing queues: the slope of the smoothed delay over the latest
/// groups (Carlucci et al., "Analysis and Design of the Google Congestion
/// Control", 2016: the trendline filter), against a threshold that adapts, so
/// that streams of other senders do not starve this one
/// (draft-ietf-rmcat-gcc-02, section 5.4).
class delay_trend {
public:
  /// Takes the next step; returns the usage. Cheap: one pass over the latest
  /// groups.
  link_usage update(const arrival_groups::step& x);

  link_usage usage() const {
    return usage_;
  }

private:
  static constexpr size_t window = 20;

  struct point {
    double time = 0;  // ms since the first group
    double delay = 0; // ms, smoothed
  };

  double slope() const;
  void adapt_threshold(double trend, double elapsed);

  std::array<point, window> points_{};
  size_t count_ = 0; // groups seen in all
  duration first_{};
  duration last_{};
  double delay_ = 0; // ms, accumulated
  double smoothed_ = 0;
  double last_slope_ = 0;
  double threshold_ = 12.5; // ms
  double time_over_ = -1;   // ms; below 0: not over
  int times_over_ = 0;
  link_usage usage_ = link_usage::normal;
};

} // namespace troupe::rtp
