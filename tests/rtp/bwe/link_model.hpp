#pragma once

#include "rtp/base/stats.hpp"
#include "rtp/bwe/bandwidth_estimator.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <vector>

/// A bottleneck and the flows through it, in virtual time, in steps of one
/// millisecond.
namespace troupe::rtp::test {

using namespace std::chrono_literals;

inline constexpr double packet_size = 1200; // octets

struct link_settings {
  /// Bits per second at a time since the start, in seconds.
  std::function<double(double)> capacity = [](double) {
    return 1e6;
  };
  duration propagation = 25ms;    // each way
  duration longest_queue = 300ms; // packets beyond it are dropped
  double loss = 0;                // of any packet
  double burst_loss = 0;          // of packets that follow a lost one
  duration jitter{};              // at most
  bool reorders = false;          // whether jitter reorders packets
  /// The network path back, which may reorder packets.
  duration jitter_back{};
  double loss_back = 0;
  /// As through TCP: a lost packet arrives a round trip later, those after it
  /// wait for it, and a window (Reno) limits the data in flight.
  bool reliable = false;
};

/// A link of constant capacity, in bits per second.
inline link_settings constant_link(double bps) {
  link_settings out;
  out.capacity = [=](double) {
    return bps;
  };
  return out;
}

/// A queue with a rate, a length, and impairments.
class bottleneck {
public:
  bottleneck(link_settings x, uint32_t seed)
      : settings(std::move(x))
      , random_(seed) {}

  /// The time at which a packet sent now arrives; nothing if it is lost.
  std::optional<time_point> pass(double octets, time_point now) {
    auto begin = std::max(now, free_);
    if (settings.reliable)
      return pass_reliably(octets, now, begin);
    if (begin - now > settings.longest_queue)
      return std::nullopt;
    auto rate = settings.capacity(seconds_since_start(now));
    free_ = begin + to_duration(octets * 8 / rate);
    auto chance = lost_last_ ? std::max(settings.burst_loss, settings.loss)
                             : settings.loss;
    lost_last_ = dice_(random_) < chance;
    if (lost_last_)
      return std::nullopt;
    auto late = settings.jitter * dice_(random_);
    auto at = free_ + settings.propagation
              + std::chrono::duration_cast<duration>(late);
    if (settings.reorders)
      return at;
    last_ = std::max(last_, at);
    return last_;
  }

  /// The time at which feedback sent now arrives; nothing if it is lost.
  std::optional<time_point> pass_back(time_point now) {
    if (settings.loss_back > 0 && dice_(random_) < settings.loss_back)
      return std::nullopt;
    auto late = duration{};
    if (settings.jitter_back > duration{})
      late = std::chrono::duration_cast<duration>(settings.jitter_back
                                                  * dice_(random_));
    return now + settings.propagation + late;
  }

  duration queue(time_point now) const {
    return std::max(duration{}, free_ - now);
  }

  static double seconds_since_start(time_point now) {
    return std::chrono::duration<double>(now.time_since_epoch()).count();
  }

  static duration to_duration(double seconds) {
    return std::chrono::duration_cast<duration>(
        std::chrono::duration<double>(seconds));
  }

  link_settings settings;

private:
  struct segment {
    time_point acknowledged;
    double octets;
  };

  time_point pass_reliably(double octets, time_point now, time_point begin) {
    // Data beyond the window waits at the sender.
    while (!under_way_.empty()
           && (under_way_.front().acknowledged <= begin
               || in_flight_ + octets > window_)) {
      begin = std::max(begin, under_way_.front().acknowledged);
      in_flight_ -= under_way_.front().octets;
      window_ += packet_size * under_way_.front().octets / window_;
      under_way_.pop_front();
    }
    auto rate = settings.capacity(seconds_since_start(now));
    auto full = std::max(free_, begin) - begin > settings.longest_queue;
    free_ = std::max(free_, begin) + to_duration(octets * 8 / rate);
    auto at = free_ + settings.propagation;
    if (full || dice_(random_) < settings.loss) {
      auto round_trip = 2 * settings.propagation + (free_ - begin);
      at += round_trip;
      if (begin >= recovered_) {
        window_ = std::max(2 * packet_size, window_ / 2);
        recovered_ = begin + round_trip;
      }
    }
    last_ = std::max(last_, at);
    under_way_.push_back({last_ + settings.propagation, octets});
    in_flight_ += octets;
    return last_;
  }

  std::mt19937 random_;
  std::uniform_real_distribution<double> dice_{0, 1};
  time_point free_{};
  time_point last_{};
  bool lost_last_ = false;
  // For TCP.
  std::deque<segment> under_way_;
  double in_flight_ = 0;
  double window_ = 10 * packet_size;
  time_point recovered_{};
};

/// Sends at its estimate, but at most `most`, and gets feedback every 50 ms.
class media_flow {
public:
  explicit media_flow(double most) : most_(most) {
    engine.set_wanted(static_cast<uint64_t>(most));
  }

  void step(bottleneck& link, time_point now) {
    if (auto x = engine.poll_probe(now)) {
      probe_ = x;
      probe_left_ = x->octets;
    }
    auto rate =
        probe_ ? probe_->bps : std::min(most_, double(engine.target_bps()));
    budget_ += rate / 8 / 1000;
    // A probe or a paced stream never catches up all at once.
    budget_ = std::min(budget_, std::max(packet_size, rate / 8 / 100));
    while (budget_ >= packet_size) {
      budget_ -= packet_size;
      send(link, now);
    }
    deliver_feedback(now);
  }

  bandwidth_estimator engine{{}};
  double delivered = 0; // octets since the figure was last taken

private:
  struct sent {
    packet_report report;
    std::optional<time_point> arrives;
  };

  struct feedback {
    time_point at;
    std::vector<packet_report> reports;
  };

  void send(bottleneck& link, time_point now) {
    sent_.add(static_cast<size_t>(packet_size), now);
    sent x;
    x.report.sent = now;
    x.report.octets = static_cast<uint32_t>(packet_size);
    if (probe_) {
      x.report.probe = probe_->id;
      probe_left_ -= packet_size;
      if (probe_left_ <= 0)
        probe_.reset();
    }
    x.arrives = link.pass(packet_size, now);
    if (x.arrives)
      x.report.received = x.arrives->time_since_epoch() + 1000s;
    waiting_.push_back(x);
  }

  // The receiver reports all packets up to the newest that has arrived.
  void deliver_feedback(time_point now) {
    if (now >= next_) {
      next_ = now + 50ms;
      auto last =
          std::find_if(waiting_.rbegin(), waiting_.rend(), [&](const sent& x) {
            return x.arrives && *x.arrives <= now;
          });
      feedback out{now + 25ms, {}};
      for (auto i = waiting_.begin(); i != last.base(); ++i) {
        out.reports.push_back(i->report);
        if (i->report.received)
          delivered += i->report.octets;
      }
      waiting_.erase(waiting_.begin(), last.base());
      if (!out.reports.empty())
        under_way_.push_back(std::move(out));
    }
    while (!under_way_.empty() && under_way_.front().at <= now) {
      engine.handle_feedback(under_way_.front().reports,
                             double(sent_.bitrate_bps(now)), now);
      under_way_.pop_front();
    }
  }

  double most_;
  rate_meter sent_;
  std::optional<probe> probe_;
  double probe_left_ = 0;
  double budget_ = 0;
  time_point next_{};
  std::deque<sent> waiting_;
  std::deque<feedback> under_way_;
};

/// A competing download: additive increase, half on loss, one window per round
/// trip, like Reno.
class tcp_flow {
public:
  void step(bottleneck& link, time_point now) {
    std::erase_if(in_flight_, [&](const entry& x) {
      if (x.done > now)
        return false;
      if (x.lost) {
        if (now >= recovered_) {
          window_ = std::max(2.0, window_ / 2);
          recovered_ = now + 100ms;
        }
      } else {
        delivered += packet_size;
        window_ += 1 / window_;
      }
      return true;
    });
    while (static_cast<double>(in_flight_.size()) < window_) {
      auto arrives = link.pass(packet_size, now);
      in_flight_.push_back({arrives ? *arrives + link.settings.propagation
                                    : now + link.queue(now) + 100ms,
                            !arrives});
    }
  }

  double delivered = 0;

private:
  struct entry {
    time_point done;
    bool lost;
  };

  double window_ = 4;
  time_point recovered_{};
  std::vector<entry> in_flight_;
};

} // namespace troupe::rtp::test
