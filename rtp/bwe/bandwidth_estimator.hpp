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

/// The engine that knows how much a receiver's link carries: Google
/// Congestion Control (draft-ietf-rmcat-gcc-02) on transport-wide feedback,
/// with probes. docs/bwe.md maps its parts to their sources.
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

  /// What the receiver says of packets, those that came in the order in which
  /// they left, and how much is sent at the moment, in bits per second. So many
  /// of what came, `taken_back`, had been reported as lost.
  void handle_feedback(std::span<const packet_report> reports, double sent_bps,
                       time_point now, uint32_t taken_back = 0);

  /// The receiver's own estimate. Without transport-wide feedback it is all
  /// that is known; with it, it is a limit.
  void handle_remb(uint64_t bps);

  /// How much the consumers could use: no higher rate is ever probed.
  /// `starved` tells that one of them gets nothing for lack of it: then probes
  /// are all that can find out that it was wrong, and do not become rare.
  void set_wanted(uint64_t bps, bool starved = false) {
    wanted_ = static_cast<double>(bps);
    starved_ = starved;
  }

  /// A probe that is due. What is sent for it is to be reported with its id.
  std::optional<probe> poll_probe(time_point now);

  /// How much may be sent, in bits per second.
  uint64_t target_bps() const;

  /// How much the link carries, in bits per second. While a queue is being
  /// emptied, less than that may be sent for a moment.
  uint64_t link_bps() const;

  /// Whether the link has been full of late, or lost what was sent too fast:
  /// a queue stood, so that even the luckiest packets were late. A receiver
  /// that is busy for moments makes packets late, too, but not all of them. A
  /// queue that somebody else fills does not count: it is there whatever is
  /// sent.
  bool congested(time_point now) const;

  /// The share of packets that the receiver lacks, smoothed.
  double loss() const {
    return loss_.loss();
  }

  link_usage usage() const {
    return trend_.usage();
  }

  /// How long packets wait in queues on the way, as far as is known.
  duration queue() const {
    return queue_.value;
  }

private:
  // The delay beyond the least of the last ten seconds or so.
  struct queue_meter {
    void add(duration delay, duration received, time_point now);

    // The least delay of the latest moments.
    duration luckiest() const {
      return std::min(lucky, lucky_before);
    }

    duration value{};
    duration standing{}; // that even the luckiest packet waited, of late
    duration least{};    // of the present spell
    duration least_before{};
    time_point since;
    bool started = false;
    duration lucky{}; // the least delay of the present moment
    duration lucky_before{};
    duration moment{};  // when it began
    duration unlucky{}; // how much later than the luckiest, on the average
  };

  uint64_t bounded(double bps) const;
  void measure(const packet_report& x, time_point now);
  void forget_receiver();
  void forget_what_stopped(time_point now);
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
  std::optional<time_point> zero_; // where delays are counted from
  std::optional<double> remb_;
  double wanted_ = 0;
  bool starved_ = false;
  double probed_ = 0; // the rate of the last probe
  probe_id last_probe_ = 0;
  bool feedback_ = false;
  bool first_probes_done_ = false;
  std::optional<time_point> probe_again_;
  time_point probed_at_{};
  time_point heard_{}; // when the trend was last seen
  duration probe_interval_ = std::chrono::seconds{4};
  time_point overused_{}; // when last
  time_point stood_{};    // when a queue was last seen to stand
};

} // namespace troupe::rtp
