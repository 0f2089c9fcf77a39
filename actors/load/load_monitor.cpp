#include "actors/load/load_monitor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace troupe::actors {

namespace {

/// How fast the smoothed CPU follows, in seconds.
constexpr double cpu_time_constant = 0.3;

/// A figure counts as relieved below this part of its mark.
constexpr double cpu_relief = 0.9;
constexpr double delay_relief = 0.5;
constexpr double memory_relief = 0.95;

/// Above this part of its mark, the CPU is short enough to cause delays: frames
/// come in bursts, so its mean over a sample says less than the mark.
constexpr double short_of_mark = 0.8;

/// The mark for that where newcomers are not refused for the CPU.
constexpr double default_cpu_mark = 0.9;

/// How long packets wait for each other, in parts of the longest wait, by the
/// CPU: not at all up to a third, a little while there is CPU left, and more
/// only where packets would otherwise be late.
constexpr double first_wait_cpu = 0.38;
constexpr double short_cpu = 0.8;
constexpr double short_wait = 0.4;
constexpr double full_cpu = 0.95;

/// By how much the CPU must fall before packets wait less. Waiting takes CPU
/// away: without this, it would take itself back. Together with
/// `first_wait_cpu` it ends all waiting at a third of the CPU.
constexpr double wait_slack = 0.05;

/// The part of the longest wait at this CPU: two straight lines.
double wait_part(double cpu) {
  if (cpu <= first_wait_cpu)
    return 0;
  if (cpu <= short_cpu)
    return short_wait * (cpu - first_wait_cpu) / (short_cpu - first_wait_cpu);
  return std::min(1.0, short_wait
                           + (1 - short_wait) * (cpu - short_cpu)
                                 / (full_cpu - short_cpu));
}

/// By how much the delay must change from one sample to the next, in parts of
/// the mark, to count as draining or as growing.
constexpr double draining = -0.1;
constexpr double growing = 0.1;

/// The delay, in parts of the mark, that calls for a bold step.
constexpr double flooding = 3;

/// The length of the first step up; each further one is twice as long.
constexpr int cautious_step = 2;
constexpr int bold_step = overload_state::whole / 2;
constexpr int longest_step_up = overload_state::whole / 2;

/// The CPU limit, as a part of the CPU in use when packets were last late.
constexpr double at_limit = 0.97;

/// A step is assumed to cost this many times what the last one showed.
constexpr double caution = 2;

/// Below this part of its mark, CPU use shows nothing: something else was the
/// limit.
constexpr double telling_cpu = 0.5;

/// How long a step may take effect before another follows, except in a flood.
constexpr net::duration deliberation = std::chrono::milliseconds{500};

/// How long nothing is restored after packets were late.
constexpr net::duration patience = std::chrono::seconds{1};

/// A late sample counts for no more time than this.
constexpr net::duration longest_step = std::chrono::seconds{1};

// The severity at which the level of `severity` applies in full.
int end_of_level(int severity) {
  auto whole = static_cast<int>(overload_state::whole);
  return (severity + whole - 1) / whole * whole;
}

template <class T>
T middle(std::array<T, 3> x) {
  std::ranges::nth_element(x, x.begin() + 1);
  return x[1];
}

} // namespace

void load_monitor::handle_sample(const load_sample& seen, net::time_point now) {
  auto x = seen;
  if (x.cpu < least_cpu) {
    // The machine is short of time, not this server: refusing or shedding would
    // harm clients and help none.
    x.delay = {};
    x.dropped = 0;
  }
  auto elapsed = last_ ? std::min(now - *last_, longest_step) : net::duration{};
  last_ = now;
  dropped_ += x.dropped;
  memory_ = x.memory;
  smooth(x, elapsed);
  update_busy(elapsed);
  update_severity(x, now);
  update_state();
  update_coalescing();
}

std::optional<overload_change> load_monitor::poll_change() {
  return std::exchange(change_, std::nullopt);
}

std::optional<net::time_point> load_monitor::poll_timeout() const {
  return last_ ? std::optional{*last_ + interval} : std::nullopt;
}

void load_monitor::smooth(const load_sample& x, net::duration elapsed) {
  cpu_ += (x.cpu - cpu_)
          * (1 - std::exp(-net::to_seconds(elapsed) / cpu_time_constant));
  // Dropped packets count as late, whatever the delay of the others.
  auto delay =
      x.dropped > 0 ? std::max(x.delay, 2 * marks_.shed_delay) : x.delay;
  watch_threads(delay, elapsed);
  // A late sample stands for the missing ones as well.
  auto count = std::clamp<int>(
      static_cast<int>(
          std::lround(net::to_seconds(elapsed) / net::to_seconds(interval))),
      1, 3);
  for (; count > 0; --count) {
    delays_[oldest_] = delay;
    oldest_ = (oldest_ + 1) % delays_.size();
    cpus_[oldest_cpu_] = x.cpu;
    oldest_cpu_ = (oldest_cpu_ + 1) % cpus_.size();
  }
  delay_before_ = std::exchange(delay_, middle(delays_));
}

void load_monitor::watch_threads(net::duration delay, net::duration elapsed) {
  auto mark = marks_.delay.count() > 0 ? marks_.delay : marks_.shed_delay;
  // One late sample is one stall, however much time it covers.
  if (mark.count() > 0 && delay >= mark)
    late_for_ += std::min(elapsed, 2 * interval);
  else
    late_for_ = {};
}

bool load_monitor::short_of_time(double factor) const {
  auto mark = marks_.cpu > 0 ? marks_.cpu : default_cpu_mark;
  auto cpu = std::accumulate(cpus_.begin(), cpus_.end(), 0.0)
             / static_cast<double>(cpus_.size());
  return late_for_ >= starving_time || cpu >= factor * short_of_mark * mark;
}

bool load_monitor::too_much_cpu(double factor) const {
  return marks_.cpu > 0 && cpu_ >= factor * marks_.cpu;
}

bool load_monitor::too_much_memory(double factor) const {
  return marks_.memory > 0 && memory_ >= factor * marks_.memory;
}

bool load_monitor::too_late(double factor) const {
  return marks_.delay.count() > 0
         && net::to_seconds(delay_) >= factor * net::to_seconds(marks_.delay);
}

void load_monitor::update_busy(net::duration elapsed) {
  if (too_much_cpu(1) || (too_late(1) && short_of_time(1))
      || too_much_memory(1))
    busy_ = true;
  if (too_much_cpu(cpu_relief)
      || (too_late(delay_relief) && short_of_time(cpu_relief))
      || too_much_memory(memory_relief))
    quiet_ = {};
  else
    quiet_ += elapsed;
  if (quiet_ >= busy_dwell)
    busy_ = false;
}

void load_monitor::update_coalescing() {
  wait_cpu_ = std::clamp(wait_cpu_, cpu_, cpu_ + wait_slack);
}

net::duration load_monitor::coalescing() const {
  auto part = sheds(state_) ? 1 : wait_part(wait_cpu_);
  return std::chrono::duration_cast<net::duration>(part * marks_.coalescing);
}

void load_monitor::update_severity(const load_sample& x, net::time_point now) {
  limited_consumers_ = x.limited_consumers;
  auto mark = net::to_seconds(marks_.shed_delay);
  if (mark <= 0)
    return;
  auto delay = net::to_seconds(delay_);
  auto growth =
      (net::to_seconds(x.delay) - net::to_seconds(delay_before_)) / mark;
  if (delay >= mark)
    cpu_at_limit_ = cpu_;
  // Wait until the last change has taken effect.
  if (now - moved_ < shed_dwell)
    return;
  auto flooded = x.dropped > 0 || delay >= flooding * mark;
  if (delay >= mark && (x.dropped > 0 || growth > draining)) {
    // A key frame for hundreds of receivers is late, too, and is over soon.
    if (flooded || (now - moved_ >= deliberation && short_of_time(1)))
      shed_more(flooded, now);
  } else if (delay < delay_relief * mark && growth < growing) {
    shed_less(now);
  }
}

void load_monitor::shed_more(bool bold, net::time_point now) {
  last_rise_ = now;
  stride_down_ = 1;
  cpu_at_stride_ = 1;
  if (sufficient_severity_ > severity_) {
    // A step down went too far.
    move_to(sufficient_severity_, now);
    return;
  }
  sufficient_severity_ = 0;
  stride_up_ = std::max(stride_up_, bold ? bold_step : cautious_step);
  auto without_effect =
      severity_ > 0 && limited_before_ && limited_consumers_ == limited_before_;
  limited_before_ = limited_consumers_;
  if (without_effect) {
    move_to(end_of_level(severity_) + stride_up_, now);
    return;
  }
  move_to(severity_ + stride_up_, now);
  // Without a count of limited consumers, longer steps must find what helps.
  stride_up_ = std::min(2 * stride_up_,
                        limited_consumers_ ? longest_step_up : worst_severity);
}

void load_monitor::shed_less(net::time_point now) {
  stride_up_ = 0;
  sufficient_severity_ = severity_;
  if (severity_ == 0)
    return;
  auto since = spare_cpu() > 0 ? last_rise_ : std::max(last_rise_, moved_);
  if (now - since < patience)
    return;
  auto stride = std::min(stride_down_, affordable_stride());
  last_stride_ = stride;
  cpu_at_stride_ = cpu_;
  move_to(severity_ - stride, now);
  stride_down_ = std::min(2 * stride, worst_severity);
}

double load_monitor::spare_cpu() const {
  return too_much_cpu(telling_cpu) ? at_limit * cpu_at_limit_ - cpu_ : 1;
}

int load_monitor::affordable_stride() const {
  auto cost = (cpu_ - cpu_at_stride_) / last_stride_;
  if (cost <= 0)
    return worst_severity;
  return static_cast<int>(
      std::clamp<double>(spare_cpu() / (caution * cost), 1, worst_severity));
}

void load_monitor::move_to(int severity, net::time_point now) {
  severity = std::clamp(severity, 0, worst_severity);
  if (severity != severity_)
    moved_ = now;
  if (severity == 0)
    shed_for_load_ = false;
  else if (severity > severity_ && short_of_time(1))
    shed_for_load_ = true;
  severity_ = severity;
  if (severity == 0)
    limited_before_.reset();
}

void load_monitor::update_state() {
  auto next = overload_state{};
  if (severity_ > 0) {
    auto step = static_cast<size_t>(severity_ - 1) / overload_state::whole;
    next.level = overload_levels[step + 2];
    next.share =
        static_cast<uint8_t>((severity_ - 1) % overload_state::whole + 1);
  } else if (busy_) {
    next.level = overload_level::busy;
  }
  if (next == state_)
    return;
  change_ = overload_change{state_,      next,
                            cpu_,        delay_,
                            dropped_,    too_much_cpu(1),
                            too_late(1), too_much_memory(1),
                            memory_};
  state_ = next;
  dropped_ = 0;
}

} // namespace troupe::actors
