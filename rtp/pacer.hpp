#pragma once

#include "rtp/types.hpp"

#include <algorithm>

namespace troupe::rtp {

/// A bucket of octets that may be sent. It is bypassed until the link shows
/// trouble: what nobody's queue minds is not held back.
class pacer {
public:
  /// So much may go at once while paced.
  static constexpr duration burst = std::chrono::milliseconds{40};

  /// Sets how fast it fills.
  void set_rate(uint64_t bps) {
    octets_per_second_ = static_cast<double>(bps) / 8;
  }

  /// Holds packets back, or no longer.
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

  /// `waiting` tells that packets were held back since the last call: then all
  /// of the time that has passed is theirs, even if the call comes late.
  void handle_timeout(time_point now, bool waiting) {
    if (!engaged_)
      return;
    auto elapsed = now - last_;
    last_ = now;
    auto bound = waiting ? std::max(elapsed, burst) : burst;
    budget_ = std::min(budget_ + octets(elapsed), most(bound));
  }

  /// Whether a packet may go now that can wait.
  bool open() const {
    return !engaged_ || budget_ > 0;
  }

  /// Something was sent, whether it could have waited or not. What must not
  /// wait is paid for by the rest, but no longer than one burst takes.
  void spend(size_t size) {
    if (engaged_)
      budget_ = std::max(budget_ - static_cast<double>(size), -most(burst));
  }

  /// When open() will be true, if it is not.
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
