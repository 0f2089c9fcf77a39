#include "rtp/bwe/loss_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::rtp {

namespace {

using namespace std::chrono_literals;

/// A judgement needs so many packets and so much time.
constexpr uint32_t enough_packets = 20;
constexpr duration enough_time = 200ms;

/// The weight of one judgement.
constexpr double judgement_weight = 0.3;

/// Loss is this sender's doing if it exceeds the inherent loss by the
/// tolerance, which grows with the inherent loss, since that varies.
constexpr double tolerance = 0.025;
constexpr double tolerance_of_inherent = 0.5;

/// Loss beyond this is more than radio links cause.
constexpr double much = 0.1;

/// A sender below this part of the allowed rate hardly causes loss.
constexpr double mostly = 0.8;

/// When the trial of a lower rate begins to count and when it ends. The lower
/// rate has helped if less than `helped` of the loss remains.
constexpr duration trial_begins = 300ms;
constexpr duration trial_ends = 1500ms;
constexpr double helped = 0.7;

/// The rate falls by the share that is lost, and a little more.
constexpr double most_cut = 0.5;
constexpr double extra_cut = 0.97;

/// The most loss that is taken for inherent.
constexpr double most_inherent = 0.25;

/// The factor by which the cap grows again, per second.
constexpr double cap_growth = 1.1;

} // namespace

void loss_limiter::add(uint32_t packets, uint32_t lost, double sent_bps,
                       double allowed_bps, time_point now) {
  packets_ += packets;
  lost_ += lost;
  if (!started_) {
    started_ = true;
    judged_ = now;
  }
  if (packets_ < enough_packets || now - judged_ < enough_time)
    return;
  auto share = static_cast<double>(lost_) / packets_;
  loss_ += judgement_weight * (share - loss_);
  judge(sent_bps, allowed_bps, now);
  packets_ = lost_ = 0;
  judged_ = now;
}

void loss_limiter::take_back(uint32_t count) {
  if (count > lost_ && on_trial_) {
    on_trial_ = false;
    cap_ = cap_before_;
    loss_ = inherent_;
  }
  lost_ -= std::min(lost_, count);
}

void loss_limiter::judge(double sent_bps, double allowed_bps, time_point now) {
  auto elapsed = net::to_seconds(std::min<duration>(now - judged_, 1s));
  inherent_ = std::min(inherent_, loss_);
  if (on_trial_) {
    // Packets in flight when the rate fell do not count.
    if (now - capped_ >= trial_begins) {
      trial_packets_ += packets_;
      trial_lost_ += lost_;
    }
    if (now - capped_ >= trial_ends)
      end_trial();
    return;
  }
  auto excess = loss_ - inherent_;
  auto bound = tolerance + tolerance_of_inherent * inherent_;
  auto idle = sent_bps < mostly * limit(allowed_bps);
  if (excess > (idle ? std::max(bound, much) : bound))
    lower(idle ? limit(allowed_bps) : sent_bps, excess, now);
  else if (cap_ > 0)
    cap_ *= std::pow(cap_growth, elapsed);
}

void loss_limiter::lower(double sent_bps, double excess, time_point now) {
  cap_before_ = cap_;
  loss_before_ = loss_;
  auto sent = cap_ > 0 ? std::min(cap_, sent_bps) : sent_bps;
  cap_ = sent * (1 - std::min(most_cut, excess)) * extra_cut;
  capped_ = now;
  on_trial_ = true;
  trial_packets_ = trial_lost_ = 0;
}

void loss_limiter::end_trial() {
  on_trial_ = false;
  auto loss = static_cast<double>(trial_lost_) / std::max(trial_packets_, 1u);
  loss_ = loss;
  if (loss < helped * loss_before_)
    return;
  inherent_ = std::min(loss, most_inherent);
  cap_ = cap_before_;
}

double loss_limiter::limit(double wanted) const {
  return cap_ > 0 ? std::min(wanted, cap_) : wanted;
}

void loss_limiter::set_rate(double bps) {
  if (cap_ > 0)
    cap_ = std::max(cap_, bps);
}

} // namespace troupe::rtp
