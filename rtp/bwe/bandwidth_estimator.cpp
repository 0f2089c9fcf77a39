#include "rtp/bwe/bandwidth_estimator.hpp"

#include <algorithm>
#include <utility>

namespace troupe::rtp {

namespace {

using namespace std::chrono_literals;

/// Of the first probe, to the rate at the start; one that passes is followed
/// by one of twice its rate.
constexpr double first_probe = 3;
constexpr double next_probe = 2;

/// A probe that shows this part of itself has passed.
constexpr double passed = 0.7;

/// How long a probe lasts, and its least packets. Where jitter moves its ends
/// about, it lasts so many times as long as packets are late.
constexpr double shortest_probe = 0.02;
constexpr double longest_probe = 0.1;
constexpr duration jitter = 15ms; // less is what bursts do to each other
constexpr double beyond_jitter = 5;
constexpr double packet_octets = 1200;
constexpr double least_packets = 5;

/// How long after a probe another follows, at first and after some that showed
/// nothing new, and how long the link must have been without trouble.
constexpr duration probe_interval = 4s;
constexpr duration longest_probe_interval = 12s;
constexpr duration calm = 2s;

/// The same while somebody gets nothing. Such probes are short, since voices
/// wait behind them on a link that carries little else.
constexpr duration starved_interval = 2s;
constexpr duration starved_calm = 1s;
constexpr double starved_packets = 2;

/// A trend that nobody has confirmed for so long is none: where little is sent,
/// little is heard.
constexpr duration stale = 1s;

/// What came before a silence of this length is no part of a rate.
constexpr duration pause = 250ms;

/// What may come and go between two pictures, and the feedback of them.
constexpr duration a_frame = 50ms;

/// So much more than the estimate is news.
constexpr double found_something = 1.2;

/// A fall of the rate to this part means that the link is another.
constexpr double another_link = 0.6;

/// More is probed than is wanted, so that what is wanted fits: what a probe
/// shows is less than what it was.
constexpr double margin = 1.4;

/// Less of what may be sent than this is the application's choice.
constexpr double limited = 0.65;

/// Beside another's queue, more than is lost anyway and this is a sign to
/// yield.
constexpr double tolerable_loss = 0.01;

/// For how long the least delay is remembered, and trouble.
constexpr duration memory = 5s;

/// A queue beyond this is trouble if it stands: if for two moments no packet
/// waited less.
constexpr duration long_queue = 100ms;
constexpr duration moment_length = 150ms;

/// Packets that jitter is averaged over.
constexpr int memory_of_jitter = 64;

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
  forget_what_stopped(now);
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
  contention_.update(queue_.luckiest(), loss_.loss(), now);
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
  if (trend_.usage() == link_usage::overused && !rate_.doubtful())
    overused_ = now;
  if (queue_.standing > long_queue)
    stood_ = now;
  if (rate_.target_bps() < another_link * before)
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
    heard_ = now;
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

// What was measured before a silence is not to be compared with what comes
// after it: hardly anything arrived since only because hardly anything was
// sent.
void bandwidth_estimator::forget_what_stopped(time_point now) {
  if (heard_ == time_point{} || now - heard_ < pause)
    return;
  delivered_ = {};
  busy_ = {};
  if (now - heard_ < stale)
    return;
  groups_ = {};
  trend_ = {};
}

void bandwidth_estimator::apply_probe(double bps, time_point now) {
  auto news = bps > found_something * static_cast<double>(target_bps());
  if (news)
    probe_interval_ = probe_interval;
  if (bps > rate_.target_bps())
    rate_.set_rate(bps, now);
  loss_.set_rate(bps);
  // What passes with ease asks for more.
  if (news && bps >= passed * probed_)
    probe_again_ = now;
}

bool bandwidth_estimator::may_probe(time_point now) const {
  auto trouble =
      contention_.contested() || trend_.usage() != link_usage::normal;
  if ((trouble && now - heard_ < stale)
      || (overused_ != time_point{}
          && now - overused_ < (starved_ ? starved_calm : calm)))
    return false;
  return !probe_again_ || now >= *probe_again_
         || (starved_ && now - probed_at_ >= starved_interval);
}

std::optional<probe> bandwidth_estimator::poll_probe(time_point now) {
  // Whatever queue there was is empty by now.
  if (now - heard_ >= std::min(stale, queue_.value + a_frame))
    rate_.end_drain();
  auto rate = static_cast<double>(target_bps());
  if (wanted_ <= rate || !may_probe(now))
    return std::nullopt;
  // Without feedback there is no answer: only the first may go unasked.
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
  if (queue_.unlucky < jitter)
    return shortest_probe;
  auto late = std::chrono::duration<double>(queue_.unlucky).count();
  return std::clamp(beyond_jitter * late, shortest_probe, longest_probe);
}

uint64_t bandwidth_estimator::bounded(double bps) const {
  auto out = loss_.limit(bps);
  if (remb_)
    out = feedback_ ? std::min(out, *remb_) : *remb_;
  return static_cast<uint64_t>(
      std::max(out, static_cast<double>(config_.least_bps)));
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
  return (stood_ != time_point{} && now - stood_ < memory)
         || loss_.limit(rate_.rate_bps()) < rate_.rate_bps();
}

void bandwidth_estimator::handle_remb(uint64_t bps) {
  remb_ = static_cast<double>(
      std::clamp<uint64_t>(bps, config_.least_bps, config_.most_bps));
}

void bandwidth_estimator::queue_meter::add(duration delay, duration received,
                                           time_point now) {
  if (!started) {
    started = true;
    least = least_before = lucky = lucky_before = delay;
    since = now;
    moment = received;
  }
  if (now - since >= memory) {
    since = now;
    least_before = std::exchange(least, delay);
  }
  if (received - moment >= moment_length || received < moment) {
    moment = received;
    lucky_before = std::exchange(lucky, delay);
  }
  least = std::min(least, delay);
  lucky = std::min(lucky, delay);
  auto none = std::min(least, least_before);
  value = delay - none;
  unlucky += (delay - luckiest() - unlucky) / memory_of_jitter;
  standing = luckiest() - none;
}

} // namespace troupe::rtp
