#include "actors/load_monitor.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace troupe::actors {

namespace {

/// How fast the smoothed CPU follows, in seconds.
constexpr double cpu_time_constant = 0.3;

/// What a figure must fall below, in parts of its mark, to be no trouble.
constexpr double cpu_relief = 0.9;
constexpr double delay_relief = 0.5;

/// How much of the whole range severity rises in a second at twice the mark,
/// and the bounds of the excess that it is proportional to.
constexpr double rise = 0.7;
constexpr double least_excess = 0.1;
constexpr double most_excess = 3;

/// Queues that shorten by this much from one sample to the next are about to
/// be empty.
constexpr double draining = 0.95;

/// A late sample counts for no more time than this.
constexpr net::duration longest_step = std::chrono::seconds{1};

double seconds(net::duration x) {
  return std::chrono::duration<double>(x).count();
}

template <class T>
T middle(std::array<T, 3> x) {
  std::ranges::nth_element(x, x.begin() + 1);
  return x[1];
}

} // namespace

void load_monitor::handle_sample(const load_sample& x, net::time_point now) {
  auto elapsed = last_ ? std::min(now - *last_, longest_step) : net::duration{};
  last_ = now;
  dropped_ += x.dropped;
  smooth(x, seconds(elapsed));
  update_busy(elapsed);
  update_severity(x, seconds(elapsed));
  update_state(now);
}

void load_monitor::handle_timeout(net::time_point now) {
  if (last_ && now - *last_ >= longest_step)
    handle_sample({}, now);
}

std::optional<overload_change> load_monitor::poll_change() {
  return std::exchange(change_, std::nullopt);
}

std::optional<net::time_point> load_monitor::poll_timeout() const {
  return last_ ? std::optional{*last_ + interval} : std::nullopt;
}

void load_monitor::smooth(const load_sample& x, double elapsed) {
  cpu_ += (x.cpu - cpu_) * (1 - std::exp(-elapsed / cpu_time_constant));
  // Who loses packets is late, whatever the others' delay.
  auto delay = x.dropped > 0 ? std::max(x.worst_delay, 2 * marks_.shed_delay)
                             : x.worst_delay;
  // A late sample speaks for those that are missing.
  auto count = std::clamp<int>(
      static_cast<int>(std::lround(elapsed / seconds(interval))), 1, 3);
  for (; count > 0; --count) {
    delays_[oldest_] = delay;
    oldest_ = (oldest_ + 1) % delays_.size();
  }
  delay_before_ = std::exchange(delay_, middle(delays_));
}

bool load_monitor::too_much_cpu(double factor) const {
  return marks_.cpu > 0 && cpu_ >= factor * marks_.cpu;
}

bool load_monitor::too_late(double factor) const {
  return marks_.delay.count() > 0
         && seconds(delay_) >= factor * seconds(marks_.delay);
}

void load_monitor::update_busy(net::duration elapsed) {
  if (too_much_cpu(1) || too_late(1))
    busy_ = true;
  if (too_much_cpu(cpu_relief) || too_late(delay_relief))
    quiet_ = {};
  else
    quiet_ += elapsed;
  if (quiet_ >= busy_dwell)
    busy_ = false;
}

void load_monitor::update_severity(const load_sample& x, double elapsed) {
  if (marks_.shed_delay.count() <= 0)
    return;
  auto pressure = seconds(delay_) / seconds(marks_.shed_delay);
  if (pressure >= delay_relief) {
    calm_ = 0;
    auto drains =
        x.dropped == 0 && seconds(delay_) < draining * seconds(delay_before_);
    if (pressure >= 1 && !drains)
      severity_ += worst_severity * rise * elapsed
                   * std::clamp(pressure - 1, least_excess, most_excess);
  } else {
    auto before = std::exchange(calm_, calm_ + elapsed);
    auto whole = seconds(recovery);
    severity_ -=
        worst_severity * (calm_ * calm_ - before * before) / (whole * whole);
  }
  severity_ = std::clamp(severity_, 0.0, worst_severity);
}

void load_monitor::update_state(net::time_point now) {
  auto wanted = static_cast<int>(severity_);
  // A whole step between up and down, or the two would alternate.
  if (wanted > shed_
      || (severity_ <= shed_ - 1 && now - changed_ >= shed_dwell))
    shed_ = wanted;
  auto next = overload_state{};
  if (shed_ > 0) {
    auto step = static_cast<size_t>(shed_ - 1) / overload_state::whole;
    next.level = overload_levels[step + 2];
    next.share = static_cast<uint8_t>((shed_ - 1) % overload_state::whole + 1);
  } else if (busy_) {
    next.level = overload_level::busy;
  }
  if (next == state_)
    return;
  change_ = overload_change{state_,          next,       cpu_, delay_, dropped_,
                            too_much_cpu(1), too_late(1)};
  state_ = next;
  changed_ = now;
  dropped_ = 0;
}

} // namespace troupe::actors
