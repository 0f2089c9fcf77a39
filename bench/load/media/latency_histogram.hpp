#pragma once

#include "net/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::load {

/// Counts latencies in log-linear buckets: 32 to each power of two of
/// microseconds, so a quantile is off by 1/32 (3 %) at most, by 1 us below
/// 32 us. From 0 to 67 s; beyond counts as 67 s, negative as 0.
///
/// Memory grows with the largest value and is kept, so adding allocates only
/// when a new power of two is reached.
class latency_histogram {
public:
  void add(net::duration x, uint64_t times = 1);

  /// Adds all values of another histogram.
  void merge(const latency_histogram& x);

  uint64_t count() const {
    return count_;
  }

  /// The middle of the bucket that contains the quantile `q` (0 to 1); zero if
  /// there are no values.
  net::duration quantile(double q) const;

  /// The largest value, exactly.
  net::duration max() const {
    return max_;
  }

  net::duration mean() const;

  /// Removes all values; keeps the memory.
  void clear();

private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  net::duration sum_{};
  net::duration max_{};
};

} // namespace troupe::load
