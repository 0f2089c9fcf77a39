#include "rtp/bwe/bandwidth_estimator.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

namespace {

using namespace std::chrono_literals;

/// A probe's rate as a multiple of the estimate: of the first probe and of
/// probes while a consumer is starved, and of all others.
constexpr double first_probe = 3;
constexpr double next_probe = 2;

/// A probe has passed if it measures at least this part of its rate.
constexpr double passed = 0.7;

/// The duration of a probe in seconds, and its least packets. Under jitter a
/// probe lasts `jitter_factor` times the mean lateness of packets.
constexpr double shortest_probe = 0.02;
constexpr double longest_probe = 0.1;
constexpr duration jitter = 15ms; // bursts alone cause less
constexpr double jitter_factor = 5;
constexpr double packet_octets = 1200;
constexpr double least_packets = 5;

/// The interval between probes, at first and after several that found nothing
/// new, and how long the link must have been without overuse before a probe.
constexpr duration probe_interval = 4s;
constexpr duration longest_probe_interval = 12s;
constexpr duration time_since_overuse = 2s;

/// The same while a consumer is sent nothing. Such probes are short, since
/// audio waits behind them on a link that carries little else.
constexpr duration starved_interval = 2s;
constexpr duration starved_time_since_overuse = 1s;
constexpr double starved_packets = 2;

/// A trend that was not updated for so long is ignored: where little is sent,
/// little feedback arrives.
constexpr duration stale = 1s;

/// A pause in feedback of this length restarts the rate measurements.
constexpr duration pause = 250ms;

/// Longer than the gap between two video frames and their feedback.
constexpr duration frame_interval = 50ms;

/// A probe has found something if it exceeds the estimate by this factor.
constexpr double found_something = 1.2;

/// If the rate falls to this part, the link itself has changed.
constexpr double link_change_ratio = 0.6;

/// Probes exceed the wanted rate by this factor, so that it fits: a probe
/// measures less than its own rate.
constexpr double margin = 1.4;

/// The application limits the rate if it sends less than this part of it.
constexpr double limited = 0.65;

/// Beside other traffic's queue, loss that exceeds the inherent loss by this
/// much is a sign to yield.
constexpr double tolerable_loss = 0.01;

/// How long the least delay and a standing queue are remembered.
constexpr duration memory = 5s;

/// A longer queue is congestion if it stands: for two intervals no packet
/// waited less.
constexpr duration long_queue = 100ms;
constexpr duration interval_length = 150ms;

/// The number of packets over which jitter is averaged.
constexpr int jitter_samples = 64;

} // namespace

bandwidth_estimator::bandwidth_estimator(config x)
    : config_(x)
    , rate_({static_cast<double>(x.start_bps), static_cast<double>(x.least_bps),
             static_cast<double>(x.most_bps)}) {}

void bandwidth_estimator::handle_feedback(
    std::span<const packet_report> reports, double sent_bps, time_point now,
    uint32_t taken_back) {
  uint32_t lost = 0;
  bool arrived = false;
  forget_stale(now);
  for (const auto& x : reports) {
    if (x.received) {
      arrived = true;
      measure(x, now);
    } else {
      ++lost;
    }
  }
  feedback_ = feedback_ || arrived;
  if (taken_back > 0)
    loss_.take_back(taken_back);
  loss_.add(static_cast<uint32_t>(reports.size()), lost, sent_bps,
            rate_.rate_bps(), now);
  if (!arrived)
    return;
  contention_.update(queue_.recent_least(), loss_.loss(), now);
  if (contention_.contested()) {
    rate_.compete(delivered_.bps(), contention_.queue(),
                  lost > 0 && loss_.excess() > tolerable_loss, now);
    return;
  }
  auto before = rate_.target_bps();
  rate_.update({trend_.usage(), delivered_.bps(), delivered_.recent_bps(),
                busy_.bps(), queue_.value, sent_bps,
                sent_bps < limited * before},
               now);
  if (trend_.usage() == link_usage::overused && !rate_.likely_jitter())
    overused_ = now;
  if (queue_.standing > long_queue)
    queue_stood_ = now;
  if (rate_.target_bps() < link_change_ratio * before)
    probe_again_ = now + (probe_interval_ = probe_interval);
}

void bandwidth_estimator::measure(const packet_report& x, time_point now) {
  if (!zero_)
    zero_ = x.sent;
  if (clock_.was_set(*x.received, now))
    forget_receiver();
  delivered_.add(*x.received, x.octets);
  queue_.add(*x.received - (x.sent - *zero_), *x.received, now);
  busy_.add(*x.received, x.octets, queue_.value);
  if (auto step = groups_.add(x.sent, *x.received)) {
    trend_.update(*step);
    trend_updated_ = now;
  }
  if (auto bps = results_.add(x))
    apply_probe(*bps, now);
}

void bandwidth_estimator::forget_receiver() {
  groups_ = {};
  trend_ = {};
  delivered_ = {};
  busy_ = {};
  results_ = {};
  queue_ = {};
  contention_ = {};
}

// Forgets what was measured before a silence: few packets arrived in it only
// because few were sent.
void bandwidth_estimator::forget_stale(time_point now) {
  if (trend_updated_ == time_point{} || now - trend_updated_ < pause)
    return;
  delivered_ = {};
  busy_ = {};
  if (now - trend_updated_ < stale)
    return;
  groups_ = {};
  trend_ = {};
}

void bandwidth_estimator::apply_probe(double bps, time_point now) {
  auto found_more = bps > found_something * static_cast<double>(target_bps());
  if (found_more)
    probe_interval_ = probe_interval;
  if (bps > rate_.target_bps())
    rate_.set_rate(bps, now);
  loss_.set_rate(bps);
  // The probe passed with ease: probe a higher rate at once.
  if (found_more && bps >= passed * probed_)
    probe_again_ = now;
}

bool bandwidth_estimator::may_probe(time_point now) const {
  auto trouble =
      contention_.contested() || trend_.usage() != link_usage::normal;
  if ((trouble && now - trend_updated_ < stale)
      || (overused_ != time_point{}
          && now - overused_ < (starved_ ? starved_time_since_overuse
                                         : time_since_overuse)))
    return false;
  return !probe_again_ || now >= *probe_again_
         || (starved_ && now - probed_at_ >= starved_interval);
}

std::optional<probe> bandwidth_estimator::poll_probe(time_point now) {
  // Any queue is empty by now.
  if (now - trend_updated_ >= std::min(stale, queue_.value + frame_interval))
    rate_.end_drain();
  auto rate = static_cast<double>(target_bps());
  if (wanted_ <= rate || !may_probe(now))
    return std::nullopt;
  // Without feedback no probe has a result: send the first one only.
  if (first_probes_done_ && !feedback_)
    return std::nullopt;
  auto factor = first_probes_done_ && !starved_ ? next_probe : first_probe;
  probed_ = std::min(
      {factor * rate, margin * wanted_, static_cast<double>(config_.most_bps)});
  first_probes_done_ = true;
  probed_at_ = now;
  probe_again_ = now + probe_interval_;
  probe_interval_ = std::min(2 * probe_interval_, longest_probe_interval);
  auto least = (starved_ ? starved_packets : least_packets) * packet_octets;
  probe x{
      ++last_probe_, probed_,
      static_cast<uint32_t>(std::max(probed_ * probe_seconds() / 8, least))};
  results_.expect(x);
  return x;
}

double bandwidth_estimator::probe_seconds() const {
  if (queue_.mean_excess < jitter)
    return shortest_probe;
  auto late = std::chrono::duration<double>(queue_.mean_excess).count();
  return std::clamp(jitter_factor * late, shortest_probe, longest_probe);
}

uint64_t bandwidth_estimator::bounded(double bps) const {
  return static_cast<uint64_t>(
      std::max(loss_.limit(bps), static_cast<double>(config_.least_bps)));
}

uint64_t bandwidth_estimator::target_bps() const {
  return bounded(rate_.target_bps());
}

uint64_t bandwidth_estimator::link_bps() const {
  return bounded(rate_.rate_bps());
}

bool bandwidth_estimator::congested(time_point now) const {
  if (contention_.contested())
    return false;
  return (queue_stood_ != time_point{} && now - queue_stood_ < memory)
         || loss_.limit(rate_.rate_bps()) < rate_.rate_bps();
}

void bandwidth_estimator::queue_meter::add(duration delay, duration received,
                                           time_point now) {
  if (!started) {
    started = true;
    least = least_before = interval_least = previous_interval_least = delay;
    since = now;
    interval_start = received;
  }
  if (now - since >= memory) {
    since = now;
    least_before = std::exchange(least, delay);
  }
  if (received - interval_start >= interval_length
      || received < interval_start) {
    interval_start = received;
    previous_interval_least = std::exchange(interval_least, delay);
  }
  least = std::min(least, delay);
  interval_least = std::min(interval_least, delay);
  auto none = std::min(least, least_before);
  value = delay - none;
  mean_excess += (delay - recent_least() - mean_excess) / jitter_samples;
  standing = recent_least() - none;
}

} // namespace troupe::rtp
