#include "rtp/bwe/delay_trend.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace troupe::rtp {

namespace {

/// The weight of the past in the smoothed delay.
constexpr double smoothing = 0.9;

/// Slopes are small: multiplied by `gain` and the number of groups they compare
/// to a threshold in milliseconds of queue.
constexpr double gain = 4;
constexpr size_t most_groups = 60;

/// How fast the threshold follows the trend up and down, per ms.
constexpr double threshold_up = 0.0087;
constexpr double threshold_down = 0.039;
constexpr double threshold_least = 6;
constexpr double threshold_most = 600;

/// A trend beyond the threshold by this much is an outlier: the threshold does
/// not follow it.
constexpr double outlier = 15;

/// A queue must grow for so long, in ms, to count as overuse.
constexpr double overuse_time = 10;

double milliseconds(duration x) {
  return std::chrono::duration<double, std::milli>(x).count();
}

} // namespace

link_usage delay_trend::update(const arrival_groups::step& x) {
  if (count_ == 0)
    first_ = last_ = x.at;
  auto elapsed = milliseconds(x.at - last_);
  last_ = x.at;
  delay_ += milliseconds(x.received - x.sent);
  smoothed_ = smoothing * smoothed_ + (1 - smoothing) * delay_;
  points_[count_ % window] = {milliseconds(x.at - first_), smoothed_};
  ++count_;
  auto now = count_ >= window ? slope() : last_slope_;
  auto groups = static_cast<double>(std::min(count_, most_groups));
  auto previous = std::exchange(last_slope_, now);
  auto trend = groups * now * gain;
  if (count_ < 2)
    return usage_;
  if (trend > threshold_) {
    // It is not known when the growth began: count half of the step.
    time_over_ = time_over_ < 0 ? elapsed / 2 : time_over_ + elapsed;
    ++times_over_;
    if (time_over_ > overuse_time && times_over_ > 1 && now >= previous) {
      time_over_ = 0;
      times_over_ = 0;
      usage_ = link_usage::overused;
    }
  } else {
    time_over_ = -1;
    times_over_ = 0;
    usage_ = trend < -threshold_ ? link_usage::underused : link_usage::normal;
  }
  adapt_threshold(trend, elapsed);
  return usage_;
}

double delay_trend::slope() const {
  double time = 0, delay = 0;
  for (const auto& x : points_) {
    time += x.time;
    delay += x.delay;
  }
  time /= window;
  delay /= window;
  double over = 0, under = 0;
  for (const auto& x : points_) {
    over += (x.time - time) * (x.delay - delay);
    under += (x.time - time) * (x.time - time);
  }
  return under > 0 ? over / under : last_slope_;
}

void delay_trend::adapt_threshold(double trend, double elapsed) {
  constexpr double longest = 100;
  auto size = std::abs(trend);
  if (size > threshold_ + outlier)
    return;
  auto pace = size < threshold_ ? threshold_down : threshold_up;
  threshold_ = std::clamp(
      threshold_ + pace * (size - threshold_) * std::min(elapsed, longest),
      threshold_least, threshold_most);
}

} // namespace troupe::rtp
