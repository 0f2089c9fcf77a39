#pragma once

#include "rtp/bwe/arrival_groups.hpp"
#include "rtp/bwe/busy_rate.hpp"
#include "rtp/bwe/contention.hpp"
#include "rtp/bwe/delay_trend.hpp"
#include "rtp/bwe/delivery_rate.hpp"
#include "rtp/bwe/loss_limiter.hpp"
#include "rtp/bwe/packet_report.hpp"
#include "rtp/bwe/probe_results.hpp"
#include "rtp/bwe/rate_controller.hpp"
#include "rtp/bwe/receiver_clock.hpp"

#include <span>

namespace troupe::rtp {

/// Estimates how much a receiver's link carries: Google Congestion Control
/// (draft-ietf-rmcat-gcc-02) on transport-wide feedback, with probes.
/// docs/bwe.md maps its parts to their sources.
///
///     estimator.handle_feedback(reports, sent_bps, now);
///     if (auto x = estimator.poll_probe(now)) …  // send it
///     allocate(estimator.target_bps());
class bandwidth_estimator {
public:
  struct config {
    uint64_t start_bps = 600'000;
    uint64_t least_bps = 30'000;
    uint64_t most_bps = 1'000'000'000;
  };

  explicit bandwidth_estimator(config x);

  /// Takes the feedback about packets, in the order in which they were sent,
  /// and the present send rate in bits per second. `taken_back` counts packets
  /// that were reported lost earlier and have arrived since.
  void handle_feedback(std::span<const packet_report> reports, double sent_bps,
                       time_point now, uint32_t taken_back = 0);

  /// How much the consumers could use: no higher rate is probed. `starved`: a
  /// consumer is sent nothing for lack of bandwidth. Then only a probe can
  /// correct the estimate, so probes stay frequent.
  void set_wanted(uint64_t bps, bool starved = false) {
    wanted_ = static_cast<double>(bps);
    starved_ = starved;
  }

  /// The next probe that is due. Packets sent for it must be reported with its
  /// id.
  std::optional<probe> poll_probe(time_point now);

  /// How much may be sent, in bits per second.
  uint64_t target_bps() const;

  /// How much the link carries, in bits per second. While a queue is being
  /// emptied, less than that may be sent for a moment.
  uint64_t link_bps() const;

  /// Whether loss limits the rate, or a queue of more than 100 ms stood within
  /// the last 5 s. A queue stands if even the fastest packets were late: a
  /// receiver that is busy for moments delays some packets, but not all. A
  /// queue that other traffic fills does not count: it stays whatever we send.
  bool congested(time_point now) const;

  /// The share of packets that were lost, smoothed.
  double loss() const {
    return loss_.loss();
  }

  link_usage usage() const {
    return trend_.usage();
  }

  /// How long packets wait in queues on the network path, as far as is known.
  duration queue() const {
    return queue_.value;
  }

private:
  // The delay beyond the least delay of the last ten seconds or so.
  struct queue_meter {
    void add(duration delay, duration received, time_point now);

    // The least delay of the latest two intervals (150 ms each).
    duration recent_least() const {
      return std::min(interval_least, previous_interval_least);
    }

    duration value{};
    duration standing{}; // by which even the fastest packet was late
    duration least{};    // of the present spell (5 s)
    duration least_before{};
    time_point since;
    bool started = false;
    duration interval_least{}; // of the present interval (150 ms)
    duration previous_interval_least{};
    duration interval_start{}; // by the receiver's clock
    duration mean_excess{};    // the mean lateness beyond the fastest packet
  };

  uint64_t bounded(double bps) const;
  void measure(const packet_report& x, time_point now);
  void forget_receiver();
  void forget_stale(time_point now);
  void apply_probe(double bps, time_point now);
  bool may_probe(time_point now) const;
  double probe_seconds() const;

  config config_;
  receiver_clock clock_;
  arrival_groups groups_;
  delay_trend trend_;
  delivery_rate delivered_;
  busy_rate busy_;
  rate_controller rate_;
  loss_limiter loss_;
  probe_results results_;
  queue_meter queue_;
  contention contention_;
  std::optional<time_point> zero_; // send time from which delays are counted
  double wanted_ = 0;
  bool starved_ = false;
  double probed_ = 0; // the rate of the last probe
  probe_id last_probe_ = 0;
  bool feedback_ = false;
  bool first_probes_done_ = false;
  std::optional<time_point> probe_again_;
  time_point probed_at_{};
  time_point trend_updated_{};
  duration probe_interval_ = std::chrono::seconds{4};
  time_point overused_{};    // when overuse was last seen
  time_point queue_stood_{}; // when a standing queue was last seen
};

} // namespace troupe::rtp
