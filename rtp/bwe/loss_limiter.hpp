#pragma once

#include "rtp/base/types.hpp"

#include <cstdint>

namespace troupe::rtp {

/// Keeps the rate from causing loss, on links that drop instead of queueing.
///
/// Loss alone does not show congestion: radio links lose packets at any rate.
/// The limiter learns this *inherent* loss and reacts only to loss beyond it.
/// Loss that remains although less is sent is inherent, too.
class loss_limiter {
public:
  /// Takes what feedback reports: how many packets, and how many of them were
  /// lost. `sent_bps` is the send rate, `allowed_bps` what the delays allow. If
  /// much less is sent than allowed, only much loss counts.
  void add(uint32_t packets, uint32_t lost, double sent_bps, double allowed_bps,
           time_point now);

  /// Takes back `count` packets that were counted as lost and have arrived
  /// since. If that is more than is counted at present, some were part of the
  /// last judgement: then the trial that it began is undone.
  void take_back(uint32_t count);

  /// Gives the rate to use when delays allow `wanted`.
  double limit(double wanted) const;

  /// The share of packets lost, smoothed.
  double loss() const {
    return loss_;
  }

  /// The loss beyond the inherent loss.
  double excess() const {
    return loss_ - inherent_;
  }

  /// A probe has shown that the link carries this rate.
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
  double loss_before_ = 0; // loss when the cap was last lowered
  bool on_trial_ = false;  // whether the lower cap helps is not known yet
  uint32_t trial_packets_ = 0;
  uint32_t trial_lost_ = 0;
  time_point judged_{};
  time_point capped_{};
  bool started_ = false;
};

} // namespace troupe::rtp
