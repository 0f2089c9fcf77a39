#pragma once

#include "rtp/base/types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::rtp {

/// The rate at which packets reach the receiver, by its own clock: over the
/// last half second, in small buckets.
class delivery_rate {
public:
  void add(duration received, uint32_t octets);

  /// In bits per second. Nothing before 100 ms have been seen.
  std::optional<double> bps() const {
    return over(span);
  }

  /// The same over the last 100 to 150 ms only: rough, but quick.
  std::optional<double> recent_bps() const {
    return over(recent);
  }

private:
  static constexpr duration bucket = std::chrono::milliseconds{50};
  static constexpr int64_t span = 10; // buckets
  static constexpr int64_t recent = 3;

  std::optional<double> over(int64_t count) const;

  static size_t slot(int64_t number) {
    return static_cast<size_t>((number % span + span) % span);
  }

  std::array<uint32_t, span> octets_{};
  int64_t newest_ = 0; // number of the bucket that is being filled
  int64_t oldest_ = 0; // number of the first bucket ever
  duration last_{};
  bool started_ = false;
};

} // namespace troupe::rtp
