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
    auto first = int64_t{initial_};
    if (last_arrival_ != time_point{})
      first += std::max<int64_t>(ticks(arrival - last_arrival_), 1);
    now_ = {timestamp, first - timestamp, 0, source};
    last_input_ = timestamp;
    last_arrival_ = arrival;
    return static_cast<uint32_t>(timestamp + now_.offset);
  }
  if (!keeps_turn(source, timestamp, arrival)) {
    auto elapsed = ticks(arrival - last_arrival_);
    auto last = last_input_ + now_.offset;
    auto output = last + std::max<int64_t>(elapsed, 1);
    auto monotonic_shift = int32_t{0};
    if (source != now_.source && report && before) {
      // This packet's instant as a timestamp of the previous source.
      auto there = before->timestamp
                   + ticks_between(before->ntp, report->ntp, clock_rate_)
                   + timestamp - report->timestamp;
      auto exact = there + now_.offset - now_.monotonic_shift;
      if (std::abs(exact - output) <= ticks(max_report_error)) {
        output = std::max(exact, last + 1);
        monotonic_shift = static_cast<int32_t>(output - exact);
      }
    }
    take_turn({timestamp, output - timestamp, monotonic_shift, source});
    last_input_ = timestamp;
    last_arrival_ = arrival;
  } else if (timestamp > last_input_) {
    last_input_ = timestamp;
    last_arrival_ = arrival;
  }
  return static_cast<uint32_t>(timestamp + now_.offset);
}

bool timestamp_aligner::keeps_turn(uint8_t source, int64_t timestamp,
                                   time_point arrival) const {
  auto drift = timestamp - last_input_ - ticks(arrival - last_arrival_);
  return started_ && source == now_.source && drift <= ticks(max_drift)
         && drift >= -ticks(max_drift);
}

std::optional<uint32_t> timestamp_aligner::peek(uint8_t source,
                                                int64_t timestamp) const {
  if (!started_)
    return std::nullopt;
  if (now_.source == source && timestamp >= now_.first)
    return static_cast<uint32_t>(timestamp + now_.offset);
  for (auto x = earlier_.rbegin(); x != earlier_.rend(); ++x)
    if (x->source == source && timestamp >= x->first)
      return static_cast<uint32_t>(timestamp + x->offset);
  // The timestamp is a little before the source's first turn.
  if (now_.source == source)
    return static_cast<uint32_t>(timestamp + now_.offset);
  return std::nullopt;
}

void timestamp_aligner::take_turn(turn x) {
  if (earlier_.size() == max_earlier)
    earlier_.erase(earlier_.begin());
  earlier_.push_back(now_);
  now_ = x;
}

int64_t timestamp_aligner::ticks(duration x) const {
  using std::chrono::microseconds;
  auto us = std::chrono::duration_cast<microseconds>(x).count();
  return us * int64_t{clock_rate_} / 1'000'000;
}

} // namespace troupe::rtp
