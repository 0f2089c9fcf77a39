#pragma once

#include "rtp/bwe/delay_trend.hpp"

#include <algorithm>
#include <optional>

namespace troupe::rtp {

/// Finds the rate that fills the link and no queue: up while queues do not
/// grow, down to a part of what arrives when they do (draft-ietf-rmcat-gcc-02,
/// section 5.5). Two things differ from the draft. Near the rate at which it
/// last was too much it rises by a packet each response time, as the draft
/// does, but that memory fades with what arrives. And a queue that is long
/// already is drained: for a moment the rate falls below what the link
/// carries, in proportion to the queue.
class rate_controller {
public:
  struct config {
    double start_bps = 600'000;
    double least_bps = 30'000;
    double most_bps = 1e9;
  };

  struct input {
    link_usage usage = link_usage::normal;
    /// What arrives, in bits per second.
    std::optional<double> delivered_bps;
    /// The same, of the last moments only.
    std::optional<double> recent_bps = {};
    /// The rate at which packets come that had to queue.
    std::optional<double> busy_bps = {};
    /// How long packets wait in queues that were not there before.
    duration queue{};
    /// What is sent, in bits per second, where that is known.
    double sent_bps = 0;
    /// Less is sent than might be: nothing can be learned of the link.
    bool application_limited = false;
    duration round_trip = std::chrono::milliseconds{100};
  };

  explicit rate_controller(config x) : config_(x), rate_(x.start_bps) {}

  void update(const input& x, time_point now);

  /// Takes the place of update() while somebody else keeps a queue of this
  /// length: rises as Reno does, by a packet a round trip for each, and yields
  /// when something was lost, but to nothing else.
  void compete(std::optional<double> delivered_bps, duration queue, bool lost,
               time_point now);

  /// Goes to a rate that is known to pass, as a probe shows it.
  void set_rate(double bps, time_point now);

  /// No queue is to be emptied any more.
  void end_drain() {
    drain_ = 1;
  }

  /// What may be sent, bits per second.
  double target_bps() const {
    return std::max(config_.least_bps, rate_ * drain_);
  }

  /// The same without the wish to empty a queue.
  double rate_bps() const {
    return rate_;
  }

  /// Whether overuse, if there was any, was likely jitter: all that is sent
  /// arrives, and it is less than might be sent.
  bool doubtful() const {
    return doubtful_;
  }

private:
  // What arrived when it was too much: the mean and how far it strays.
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
  bool doubtful_ = false;
  capacity capacity_;
  std::optional<time_point> last_;
  std::optional<time_point> decreased_;
  std::optional<time_point> yielded_;
  bool rising_ = true;
};

} // namespace troupe::rtp
