#include "rtp/bwe/delivery_rate.hpp"

#include <algorithm>
#include <cstdlib>

namespace troupe::rtp {

namespace {

/// No rate is given for less time than this.
constexpr duration shortest = std::chrono::milliseconds{100};

/// If the time jumps by more buckets, the receiver's clock was set.
constexpr int64_t longest_gap = 1000;

} // namespace

void delivery_rate::add(duration received, uint32_t octets) {
  auto number = received / bucket;
  if (!started_ || std::abs(number - newest_) > longest_gap) {
    // The first packet, or the clock was set.
    octets_.fill(0);
    started_ = true;
    newest_ = oldest_ = number;
    last_ = received;
  }
  for (; newest_ < number; ++newest_)
    octets_[slot(newest_ + 1)] = 0;
  if (number + span <= newest_)
    return;
  octets_[slot(number)] += octets;
  last_ = std::max(last_, received);
}

std::optional<double> delivery_rate::over(int64_t count) const {
  if (!started_)
    return std::nullopt;
  auto first = std::max(oldest_, newest_ - count + 1);
  auto seen = last_ - first * bucket;
  if (seen < shortest)
    return std::nullopt;
  uint64_t sum = 0;
  for (auto i = first; i <= newest_; ++i)
    sum += octets_[slot(i)];
  return static_cast<double>(sum) * 8
         / std::chrono::duration<double>(seen).count();
}

} // namespace troupe::rtp
