#include "rtp/send/timestamp_aligner.hpp"

#include <algorithm>
#include <cstdlib>

namespace troupe::rtp {

namespace {

/// The time between two instants of a sender's clock, in units of a media
/// clock.
int64_t ticks_between(ntp_time from, ntp_time to, uint32_t clock_rate) {
  auto difference = static_cast<int64_t>(to.value - from.value);
  auto seconds = difference >> 32;
  auto fraction = static_cast<uint64_t>(difference) & UINT32_MAX;
  return seconds * clock_rate
         + static_cast<int64_t>((fraction * clock_rate) >> 32);
}

} // namespace

timestamp_aligner::timestamp_aligner(uint32_t clock_rate, uint32_t initial)
    : clock_rate_(clock_rate)
    , initial_(initial) {}

uint32_t timestamp_aligner::map(uint8_t source, int64_t timestamp,
                                time_point arrival, const source_report* report,
                                const source_report* before) {
  if (!started_) {
    started_ = true;
    turns_[0] = {timestamp, int64_t{initial_} - timestamp, 0, source};
    last_input_ = timestamp;
    last_arrival_ = arrival;
    return static_cast<uint32_t>(timestamp + turns_[0].offset);
  }
  auto& now = turns_[newest_];
  auto elapsed = ticks(arrival - last_arrival_);
  auto drift = timestamp - last_input_ - elapsed;
  if (source != now.source || drift > ticks(max_drift)
      || drift < -ticks(max_drift)) {
    auto last = last_input_ + now.offset;
    auto output = last + std::max<int64_t>(elapsed, 1);
    auto monotonic_shift = int64_t{0};
    if (source != now.source && report && before) {
      // This packet's instant as a timestamp of the previous source.
      auto there = before->timestamp
                   + ticks_between(before->ntp, report->ntp, clock_rate_)
                   + timestamp - report->timestamp;
      auto exact = there + now.offset - now.monotonic_shift;
      if (std::abs(exact - output) <= ticks(max_report_error)) {
        output = std::max(exact, last + 1);
        monotonic_shift = output - exact;
      }
    }
    take_turn({timestamp, output - timestamp, monotonic_shift, source});
    last_input_ = timestamp;
    last_arrival_ = arrival;
  } else if (timestamp > last_input_) {
    last_input_ = timestamp;
    last_arrival_ = arrival;
  }
  return static_cast<uint32_t>(timestamp + turns_[newest_].offset);
}

std::optional<uint32_t> timestamp_aligner::peek(uint8_t source,
                                                int64_t timestamp) const {
  if (!started_)
    return std::nullopt;
  if (auto& now = turns_[newest_];
      now.source == source && timestamp >= now.first)
    return static_cast<uint32_t>(timestamp + now.offset);
  for (size_t i = 1; i < turns_.size(); ++i) {
    auto& x = turns_[(newest_ + turns_.size() - i) % turns_.size()];
    if (x.source == source && timestamp >= x.first)
      return static_cast<uint32_t>(timestamp + x.offset);
  }
  // The timestamp is a little before the source's first turn.
  if (auto& now = turns_[newest_]; now.source == source)
    return static_cast<uint32_t>(timestamp + now.offset);
  return std::nullopt;
}

void timestamp_aligner::take_turn(turn x) {
  newest_ = static_cast<uint8_t>((newest_ + 1) % turns_.size());
  turns_[newest_] = x;
}

int64_t timestamp_aligner::ticks(duration x) const {
  using std::chrono::microseconds;
  auto us = std::chrono::duration_cast<microseconds>(x).count();
  return us * int64_t{clock_rate_} / 1'000'000;
}

} // namespace troupe::rtp
