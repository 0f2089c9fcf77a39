#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <optional>

namespace troupe::rtp {

using net::duration;
using net::time_point;

/// A 64-bit NTP timestamp: seconds since 1900 as 32.32 (RFC 3550, section 4).
struct ntp_time {
  uint64_t value = 0;

  /// The middle 32 bits, 16.16 seconds: what LSR fields carry.
  constexpr uint32_t middle() const {
    return static_cast<uint32_t>(value >> 16);
  }

  auto operator<=>(const ntp_time&) const = default;
};

/// Translates between the monotonic clock and NTP by a fixed offset, so that
/// steps of the wall clock have no effect. The caller reads the clocks once.
class ntp_clock {
public:
  /// `epoch` is the NTP time (since 1900-01-01) of the monotonic clock's zero.
  explicit ntp_clock(duration epoch) : epoch_(epoch) {}

  /// The NTP clock whose monotonic `now` is `since_1970` after 1970-01-01.
  static ntp_clock from_unix(time_point now, duration since_1970);

  /// Wraps in 2036 and every 2^32 s after.
  ntp_time at(time_point x) const;

  /// The monotonic time nearest to `reference` that has this NTP time.
  time_point to_time(ntp_time x, time_point reference) const;

private:
  duration epoch_;
};

/// A duration as 16.16 seconds (DLSR, DLRR); negative gives 0, beyond 65536 s
/// the greatest value.
uint32_t to_compact_ntp(duration x);

/// 16.16 seconds as a duration.
duration from_compact_ntp(uint32_t x);

/// The round-trip time by RFC 3550, section 6.4.1: arrival minus LSR minus
/// DLSR, all as 16.16 seconds. Nothing if there was no report yet (`lsr` is 0);
/// otherwise at least one unit, since clock drift can make it negative.
std::optional<duration> round_trip_time(uint32_t arrival, uint32_t lsr,
                                        uint32_t dlsr);

} // namespace troupe::rtp
