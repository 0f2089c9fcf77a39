#pragma once

#include "rtp/types.hpp"

#include <cstdint>

namespace troupe::rtp {

/// Keeps the rate from causing loss, on links that drop instead of queueing.
///
/// Loss alone does not tell: radio links lose packets at any rate. So this
/// knows how much is lost anyway, the *inherent* loss, and answers only what
/// exceeds it. What remains although less is sent is inherent, too.
class loss_limiter {
public:
  /// What feedback told of: how many packets, and how many were lost; what is
  /// sent, and what delays allow to be sent. Where that is much more, only much
  /// loss counts.
  void add(uint32_t packets, uint32_t lost, double sent_bps, double allowed_bps,
           time_point now);

  /// So many that were counted as lost came after all. Where more of them were
  /// judged already than there are new ones, so was what followed from it.
  void take_back(uint32_t count);

  /// Gives the rate to use when delays allow `wanted`.
  double limit(double wanted) const;

  /// The share of packets lost, smoothed.
  double loss() const {
    return loss_;
  }

  /// The part of it that is not lost anyway.
  double excess() const {
    return loss_ - inherent_;
  }

  /// A probe has shown that this much passes.
  void set_rate(double bps);

private:
  void judge(double sent_bps, double allowed_bps, time_point now);
  void lower(double sent_bps, double excess, time_point now);
  void end_trial();

  uint32_t packets_ = 0; // since the last judgement
  uint32_t lost_ = 0;
  double loss_ = 0;
  double inherent_ = 0;
  double cap_ = 0; // bits per second; 0: none
  double cap_before_ = 0;
  double loss_before_ = 0; // when the cap was last lowered
  bool on_trial_ = false;  // whether that helps is not known yet
  uint32_t trial_packets_ = 0;
  uint32_t trial_lost_ = 0;
  time_point judged_{};
  time_point capped_{};
  bool started_ = false;
};

} // namespace troupe::rtp
