#include "rtp/bwe/rate_controller.hpp"

#include <algorithm>
#include <cmath>

namespace troupe::rtp {

namespace {

using namespace std::chrono_literals;

/// The part of the delivered rate that a decrease keeps. It keeps less if far
/// less is delivered than the rate, since then there is a queue to empty.
constexpr double backoff = 0.9;
constexpr double strong_backoff = 0.8;
constexpr double much_less = 0.6;

/// The growth per second, far from the capacity.
constexpr double rate_growth = 1.08;

/// The rate never exceeds the delivered rate by more: a higher one is not known
/// to pass.
constexpr double beyond_delivered = 1.5;
constexpr double beyond_delivered_bps = 10'000;

/// The same beside other traffic's queue, where nothing can be probed: enough
/// to step from one encoding to the next.
constexpr double beyond_competing = 4;

/// The part of the rate that is kept there after a loss.
constexpr double yield = 0.6;

/// A video packet in bits, and frames per second, where the frames are unknown.
constexpr double packet_bits = 8 * 1200;
constexpr double frames_per_second = 30;
constexpr double least_growth_bps = 4'000; // per second

/// Queues up to `harmless_queue` are harmless. A queue longer by `drain_scale`
/// reduces the target to `least_drain`. A drain takes at most `longest_drain`.
constexpr duration harmless_queue = 60ms;
constexpr duration drain_scale = 250ms;
constexpr double least_drain = 0.1;
constexpr duration longest_drain = 2s;

/// Overuse is taken for jitter if less than `unused` of the rate is sent, as
/// long as everything sent arrives and the queue is shorter than
/// `jitter_queue`.
constexpr double unused = 0.85;
constexpr double all_of_it = 0.9;
constexpr duration jitter_queue = 150ms;

/// The busy rate counts up to this multiple of the present rate.
constexpr double most_busy = 1.5;

} // namespace

void rate_controller::update(const input& x, time_point now) {
  auto elapsed = last_ ? std::min<duration>(now - *last_, 1s) : duration{};
  last_ = now;
  likely_jitter_ = x.sent_bps < unused * rate_ && x.delivered_bps
                   && *x.delivered_bps > all_of_it * x.sent_bps
                   && x.queue < jitter_queue;
  if (x.usage == link_usage::overused) {
    // A decrease needs a round trip to take effect. Do not wait if it was far
    // too small.
    auto wait = std::clamp<duration>(x.round_trip, 10ms, 200ms);
    auto too_little = x.delivered_bps && *x.delivered_bps < 0.5 * rate_;
    if (!decreased_ || now - *decreased_ >= wait || too_little)
      decrease(x, now);
    rising_ = false;
  } else if (x.usage == link_usage::underused) {
    // Queues shrink: wait until they are empty.
    rising_ = false;
  } else if (!rising_) {
    rising_ = true;
  } else if (!x.application_limited) {
    increase(x, elapsed);
  }
  follow(x, now);
  drain(x, now);
  rate_ = std::clamp(rate_, config_.least_bps, config_.most_bps);
}

void rate_controller::compete(std::optional<double> delivered_bps,
                              duration queue, bool lost, time_point now) {
  auto elapsed = last_ ? std::min<duration>(now - *last_, 1s) : duration{};
  last_ = now;
  drain_ = 1;
  likely_jitter_ = rising_ = false;
  capacity_.forget();
  auto round_trip = queue + 100ms;
  auto to = rate_
            + packet_bits / net::to_seconds(round_trip)
                  / net::to_seconds(round_trip) * net::to_seconds(elapsed);
  if (delivered_bps)
    to = std::min(to, std::max(rate_, beyond_competing * *delivered_bps));
  if (lost && (!yielded_ || now - *yielded_ >= round_trip)) {
    yielded_ = now;
    to = yield * rate_;
  }
  rate_ = std::clamp(to, config_.least_bps, config_.most_bps);
}

void rate_controller::set_rate(double bps, time_point now) {
  last_ = now;
  rate_ = std::clamp(bps, config_.least_bps, config_.most_bps);
  if (capacity_.excludes_below(rate_))
    capacity_.forget();
}

void rate_controller::increase(const input& x, duration elapsed) {
  if (x.delivered_bps && capacity_.excludes_below(*x.delivered_bps))
    capacity_.forget();
  auto before = rate_;
  if (capacity_.mean()) {
    // One packet more per response time.
    auto frame = rate_ / frames_per_second;
    auto packet = frame / std::ceil(frame / packet_bits);
    auto response = net::to_seconds(x.round_trip + 100ms);
    rate_ += std::max(least_growth_bps, packet / response)
             * net::to_seconds(elapsed);
  } else {
    rate_ *= std::pow(rate_growth, net::to_seconds(elapsed));
  }
  if (x.delivered_bps)
    rate_ = std::min(rate_, std::max(before, beyond_delivered * *x.delivered_bps
                                                 + beyond_delivered_bps));
}

// The link carries at least what arrives without a queue, even if more was sent
// than was allowed.
void rate_controller::follow(const input& x, time_point now) {
  if (x.usage == link_usage::normal && x.queue <= harmless_queue
      && x.delivered_bps && (!decreased_ || now - *decreased_ > longest_drain))
    rate_ = std::max(rate_, backoff * *x.delivered_bps);
}

void rate_controller::decrease(const input& x, time_point now) {
  decreased_ = now;
  if (!x.delivered_bps) {
    // Only at the start. Later it means that nothing was sent for a moment.
    if (!capacity_.mean())
      rate_ *= 0.5;
    return;
  }
  // Behind a queue, the last moments show what the link carries now.
  auto delivered = *x.delivered_bps;
  if (x.queue > harmless_queue && x.recent_bps)
    delivered = std::min(delivered, *x.recent_bps);
  // A sender that fills the link only for moments delivers less than the link
  // carries.
  if (x.busy_bps)
    delivered = std::max(delivered, std::min(most_busy * rate_, *x.busy_bps));
  auto keep = delivered < much_less * rate_ ? strong_backoff : backoff;
  auto to = keep * delivered;
  if (to > rate_ && capacity_.mean())
    to = backoff * *capacity_.mean() * 1000;
  // Jitter takes away only the part of the rate that is unused.
  auto spared = likely_jitter_ ? std::min(rate_, x.sent_bps / unused) : 0.0;
  rate_ = std::max(std::min(rate_, to), spared);
  if (capacity_.excludes(delivered))
    capacity_.forget();
  capacity_.add(delivered);
}

void rate_controller::drain(const input& x, time_point now) {
  drain_ = 1;
  if (!decreased_ || now - *decreased_ > longest_drain
      || x.queue <= harmless_queue)
    return;
  auto excess = net::to_seconds(x.queue - harmless_queue);
  drain_ = std::max(least_drain, 1 - excess / net::to_seconds(drain_scale));
}

void rate_controller::capacity::add(double bps) {
  constexpr double weight = 0.05;
  auto sample = bps / 1000;
  if (!mean_)
    mean_ = sample;
  else
    mean_ = (1 - weight) * *mean_ + weight * sample;
  auto off = *mean_ - sample;
  variance_ = std::clamp((1 - weight) * variance_
                             + weight * off * off / std::max(*mean_, 1.0),
                         0.4, 2.5);
}

double rate_controller::capacity::spread() const {
  return 3 * std::sqrt(variance_ * *mean_);
}

bool rate_controller::capacity::excludes(double bps) const {
  return mean_ && bps / 1000 < *mean_ - spread();
}

bool rate_controller::capacity::excludes_below(double bps) const {
  return mean_ && bps / 1000 > *mean_ + spread();
}

} // namespace troupe::rtp
