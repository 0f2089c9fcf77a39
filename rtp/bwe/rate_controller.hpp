#pragma once

#include "rtp/bwe/delay_trend.hpp"

#include <algorithm>
#include <optional>

namespace troupe::rtp {

/// Finds the rate that fills the link but no queue: it rises while queues do
/// not grow, and falls to a part of the delivered rate when they do
/// (draft-ietf-rmcat-gcc-02, section 5.5). Two things differ from the draft.
/// Near the rate at which the link was last overused it rises by a packet each
/// response time, as the draft does, but that memory fades as the delivered
/// rate changes. And a queue that is already long is drained: for a moment the
/// target falls below what the link carries, in proportion to the queue.
class rate_controller {
public:
  struct config {
    double start_bps = 600'000;
    double least_bps = 30'000;
    double most_bps = 1e9;
  };

  struct input {
    link_usage usage = link_usage::normal;
    /// The rate of arrival, in bits per second.
    std::optional<double> delivered_bps;
    /// The same, over the last moments only.
    std::optional<double> recent_bps = {};
    /// The rate of arrival of packets that had to queue.
    std::optional<double> busy_bps = {};
    /// How long packets wait in queues beyond the least delay.
    duration queue{};
    /// The send rate in bits per second, where known.
    double sent_bps = 0;
    /// Less is sent than is allowed: nothing can be learned about the link.
    bool application_limited = false;
    duration round_trip = std::chrono::milliseconds{100};
  };

  explicit rate_controller(config x) : config_(x), rate_(x.start_bps) {}

  void update(const input& x, time_point now);

  /// Replaces update() while other traffic keeps a queue of length `queue`. The
  /// rate rises as Reno does, by a packet per round trip in each round trip,
  /// and yields only when a packet was lost.
  void compete(std::optional<double> delivered_bps, duration queue, bool lost,
               time_point now);

  /// Goes to a rate that a probe has shown to pass.
  void set_rate(double bps, time_point now);

  /// Ends the drain of the queue: the target is the full rate again.
  void end_drain() {
    drain_ = 1;
  }

  /// The rate that may be sent, in bits per second.
  double target_bps() const {
    return std::max(config_.least_bps, rate_ * drain_);
  }

  /// The same without the reduction that empties a queue.
  double rate_bps() const {
    return rate_;
  }

  /// Whether overuse, if reported, was probably jitter: everything that is sent
  /// arrives, and less is sent than is allowed.
  bool likely_jitter() const {
    return likely_jitter_;
  }

private:
  // The delivered rate at overuse: its mean and its deviation.
  class capacity {
  public:
    void add(double bps);
    bool excludes(double bps) const;
    bool excludes_below(double bps) const;

    void forget() {
      mean_.reset();
    }

    std::optional<double> mean() const {
      return mean_;
    }

  private:
    double spread() const;

    std::optional<double> mean_; // kbit/s
    double variance_ = 0.4;      // relative to the mean, in kbit/s
  };

  void increase(const input& x, duration elapsed);
  void decrease(const input& x, time_point now);
  void follow(const input& x, time_point now);
  void drain(const input& x, time_point now);

  config config_;
  double rate_;
  double drain_ = 1;
  bool likely_jitter_ = false;
  capacity capacity_;
  std::optional<time_point> last_;
  std::optional<time_point> decreased_;
  std::optional<time_point> yielded_;
  bool rising_ = true;
};

} // namespace troupe::rtp
