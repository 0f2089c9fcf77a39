#pragma once

#include "rtp/base/types.hpp"

#include <algorithm>

namespace troupe::rtp {

/// A token bucket of octets. It is inactive until the link is congested:
/// packets that cause no queue are not held back.
class pacer {
public:
  /// How much may be sent at once while paced.
  static constexpr duration burst = std::chrono::milliseconds{40};

  /// Sets the rate at which the bucket fills.
  void set_rate(uint64_t bps) {
    octets_per_second_ = static_cast<double>(bps) / 8;
  }

  /// Starts or stops to hold packets back.
  void engage(bool on, time_point now) {
    if (on && !engaged_) {
      last_ = now;
      budget_ = 0;
    }
    engaged_ = on;
  }

  bool engaged() const {
    return engaged_;
  }

  /// `waiting`: packets were held back since the last call. Then all of the
  /// elapsed time counts for them, even if the call comes late.
  void handle_timeout(time_point now, bool waiting) {
    if (!engaged_)
      return;
    auto elapsed = now - last_;
    last_ = now;
    auto bound = waiting ? std::max(elapsed, burst) : burst;
    budget_ = std::min(budget_ + octets(elapsed), most(bound));
  }

  /// Whether a packet that can wait may be sent now.
  bool open() const {
    return !engaged_ || budget_ > 0;
  }

  /// Accounts for a packet that was sent. Audio, which never waits, leaves a
  /// debt that the others pay, of at most one burst.
  void spend(size_t size) {
    if (engaged_)
      budget_ = std::max(budget_ - static_cast<double>(size), -most(burst));
  }

  /// The time at which open() becomes true, if it is not.
  time_point opens(time_point now) const {
    if (open() || octets_per_second_ <= 0)
      return now;
    auto seconds = std::chrono::duration<double>{-budget_ / octets_per_second_};
    return now + std::chrono::duration_cast<duration>(seconds);
  }

private:
  double octets(duration time) const {
    return octets_per_second_ * std::chrono::duration<double>(time).count();
  }

  double most(duration time) const {
    return std::max(least_burst, octets(time));
  }

  static constexpr double least_burst = 1500;

  bool engaged_ = false;
  double octets_per_second_ = 0;
  double budget_ = 0;
  time_point last_{};
};

} // namespace troupe::rtp
