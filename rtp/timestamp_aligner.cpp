#include "rtp/timestamp_aligner.hpp"

#include <algorithm>

namespace troupe::rtp {

timestamp_aligner::timestamp_aligner(uint32_t clock_rate, uint32_t initial)
    : clock_rate_(clock_rate)
    , initial_(initial) {}

uint32_t timestamp_aligner::map(uint8_t source, int64_t timestamp,
                                time_point arrival) {
  if (!started_) {
    started_ = true;
    source_ = source;
    offset_ = int64_t{initial_} - timestamp;
    last_input_ = timestamp;
    last_arrival_ = arrival;
    return static_cast<uint32_t>(timestamp + offset_);
  }
  auto elapsed = ticks(arrival - last_arrival_);
  auto drift = timestamp - last_input_ - elapsed;
  if (source != source_ || drift > ticks(max_drift)
      || drift < -ticks(max_drift)) {
    auto output = last_input_ + offset_ + std::max<int64_t>(elapsed, 1);
    offset_ = output - timestamp;
    source_ = source;
    last_input_ = timestamp;
    last_arrival_ = arrival;
  } else if (timestamp > last_input_) {
    last_input_ = timestamp;
    last_arrival_ = arrival;
  }
  return static_cast<uint32_t>(timestamp + offset_);
}

std::optional<uint32_t> timestamp_aligner::peek(uint8_t source,
                                                int64_t timestamp) const {
  if (!started_ || source != source_)
    return std::nullopt;
  return static_cast<uint32_t>(timestamp + offset_);
}

int64_t timestamp_aligner::ticks(duration x) const {
  using std::chrono::microseconds;
  auto us = std::chrono::duration_cast<microseconds>(x).count();
  return us * int64_t{clock_rate_} / 1'000'000;
}

} // namespace troupe::rtp
