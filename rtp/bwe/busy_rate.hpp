#pragma once

#include "rtp/base/types.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace troupe::rtp {

/// The arrival rate of packets that had to queue. It shows what the link
/// carries even if the sender fills it only for moments, as with key frames.
class busy_rate {
public:
  /// Takes a packet that arrived at `received` after `queued` in queues.
  void add(duration received, uint32_t octets, duration queued) {
    if (last_ && queued > waiting) {
      // A packet that was overtaken takes no time of its own.
      time_ += std::max(received - *last_, duration{});
      octets_ += octets;
      if (time_ > memory) {
        time_ /= 2;
        octets_ /= 2;
      }
      latest_ = std::max(latest_, received);
    } else if (received - latest_ > stale) {
      time_ = {};
      octets_ = 0;
    }
    last_ = last_ ? std::max(*last_, received) : received;
  }

  /// In bits per second. Nothing if the link was not busy for long enough
  /// lately.
  std::optional<double> bps() const {
    if (time_ < enough)
      return std::nullopt;
    return octets_ * 8 / std::chrono::duration<double>(time_).count();
  }

private:
  static constexpr duration waiting = std::chrono::milliseconds{8};
  static constexpr duration enough = std::chrono::milliseconds{20};
  static constexpr duration memory = std::chrono::milliseconds{200};
  static constexpr duration stale = std::chrono::milliseconds{300};

  std::optional<duration> last_;
  duration latest_{};
  duration time_{};
  double octets_ = 0;
};

} // namespace troupe::rtp
