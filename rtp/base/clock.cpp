#include "rtp/base/clock.hpp"

#include <algorithm>

namespace troupe::rtp {

namespace {

constexpr int64_t second = 1'000'000'000;

/// The time from 1900-01-01 to 1970-01-01.
constexpr std::chrono::seconds ntp_to_unix{2'208'988'800};

int64_t count_ns(duration x) {
  return std::chrono::nanoseconds{x}.count();
}

} // namespace

ntp_clock ntp_clock::from_unix(time_point now, duration since_1970) {
  return ntp_clock{since_1970 + ntp_to_unix - now.time_since_epoch()};
}

ntp_time ntp_clock::at(time_point x) const {
  auto ns = count_ns(x.time_since_epoch() + epoch_);
  auto seconds = ns / second;
  auto rest = ns % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  auto fraction = (static_cast<uint64_t>(rest) << 32) / second;
  return {(static_cast<uint64_t>(seconds) << 32) | fraction};
}

time_point ntp_clock::to_time(ntp_time x, time_point reference) const {
  auto distance = static_cast<int64_t>(x.value - at(reference).value);
  auto seconds = distance >> 32; // rounds down, so the rest is positive
  auto rest = (distance & 0xFFFFFFFF) * second >> 32;
  return reference + std::chrono::seconds{seconds}
         + std::chrono::nanoseconds{rest};
}

uint32_t to_compact_ntp(duration x) {
  auto ns = count_ns(x);
  if (ns <= 0)
    return 0;
  if (ns >= 65'536 * second)
    return UINT32_MAX;
  auto seconds = static_cast<uint32_t>(ns / second);
  auto fraction = static_cast<uint32_t>(((ns % second) << 16) / second);
  return (seconds << 16) | fraction;
}

duration from_compact_ntp(uint32_t x) {
  return std::chrono::nanoseconds{(int64_t{x} * second) >> 16};
}

std::optional<duration> round_trip_time(uint32_t arrival, uint32_t lsr,
                                        uint32_t dlsr) {
  if (lsr == 0)
    return std::nullopt;
  auto units = static_cast<int32_t>(arrival - lsr - dlsr);
  return from_compact_ntp(static_cast<uint32_t>(std::max(units, 1)));
}

} // namespace troupe::rtp
