#include "bench/load/media/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>

namespace troupe::load {

namespace {

constexpr unsigned bits = 5;
constexpr uint64_t sub_buckets = 1 << bits;
constexpr uint64_t max_value = (uint64_t{1} << 26) - 1;

// Values below 32 have a bucket each; above, the five bits after the leading
// one select one of 32 buckets.
size_t bucket_of(uint64_t us) {
  if (us < sub_buckets)
    return us;
  auto shift = static_cast<unsigned>(std::bit_width(us)) - bits - 1;
  return shift * sub_buckets + (us >> shift);
}

net::duration middle_of(size_t bucket) {
  if (bucket < 2 * sub_buckets)
    return std::chrono::microseconds{bucket};
  auto shift = bucket / sub_buckets - 1;
  auto low = (bucket - shift * sub_buckets) << shift;
  return std::chrono::microseconds{low + (uint64_t{1} << shift) / 2};
}

} // namespace

void latency_histogram::add(net::duration x, uint64_t times) {
  x = std::max(x, net::duration::zero());
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(x).count();
  auto bucket = bucket_of(std::min(static_cast<uint64_t>(us), max_value));
  if (bucket >= buckets_.size())
    buckets_.resize((bucket / sub_buckets + 1) * sub_buckets);
  buckets_[bucket] += times;
  count_ += times;
  sum_ += x * static_cast<int64_t>(times);
  max_ = std::max(max_, x);
}

void latency_histogram::merge(const latency_histogram& x) {
  if (buckets_.size() < x.buckets_.size())
    buckets_.resize(x.buckets_.size());
  for (size_t i = 0; i < x.buckets_.size(); ++i)
    buckets_[i] += x.buckets_[i];
  count_ += x.count_;
  sum_ += x.sum_;
  max_ = std::max(max_, x.max_);
}

net::duration latency_histogram::quantile(double q) const {
  if (count_ == 0)
    return {};
  auto share = std::clamp(q, 0.0, 1.0) * static_cast<double>(count_);
  auto rank = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(share)));
  uint64_t below = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    below += buckets_[i];
    if (below >= rank)
      return std::min(middle_of(i), max_);
  }
  return max_;
}

net::duration latency_histogram::mean() const {
  return count_ == 0 ? net::duration::zero()
                     : sum_ / static_cast<int64_t>(count_);
}

void latency_histogram::clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
  sum_ = max_ = {};
}

} // namespace troupe::load
