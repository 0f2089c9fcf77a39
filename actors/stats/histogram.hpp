#pragma once

#include "net/base/time.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// The counts of a histogram: for each bound, the durations up to it but above
/// the bound before, then the durations above all bounds.
struct histogram_reading {
  static constexpr std::array bounds_ms{5,   10,    25,    50,    100,   250,
                                        500, 1'000, 2'500, 5'000, 10'000};

  std::array<uint64_t, bounds_ms.size() + 1> counts{};
  net::duration sum{};
};

/// Counts durations by length. All writers share it, so it is for events that
/// happen a few thousand times a second at most.
class histogram {
public:
  void observe(net::duration x) {
    size_t at = 0;
    while (at < histogram_reading::bounds_ms.size()
           && x > std::chrono::milliseconds{histogram_reading::bounds_ms[at]})
      ++at;
    counts_[at].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(x.count(), std::memory_order_relaxed);
  }

  histogram_reading read() const {
    histogram_reading out;
    for (size_t i = 0; i < counts_.size(); ++i)
      out.counts[i] = counts_[i].load(std::memory_order_relaxed);
    out.sum = net::duration{sum_.load(std::memory_order_relaxed)};
    return out;
  }

private:
  std::array<std::atomic<uint64_t>, histogram_reading::bounds_ms.size() + 1>
      counts_{};
  std::atomic<net::duration::rep> sum_{0};
};

} // namespace troupe::actors
