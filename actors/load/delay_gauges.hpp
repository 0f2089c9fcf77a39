#pragma once

#include "net/base/time.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// What the gauges have recorded since they were last read.
struct load_reading {
  /// Nine of ten batches left within this time after they arrived.
  net::duration delay{};
  uint64_t dropped = 0; // packets
  /// The consumers that overload limits at present.
  uint64_t limited_consumers = 0;
};

/// Counts batches by their delay, in steps of 4 ms; the last step has all
/// longer delays.
class delay_histogram {
public:
  static constexpr net::duration step = std::chrono::milliseconds{4};
  static constexpr size_t steps = 64;

  static size_t step_of(net::duration x) {
    return static_cast<size_t>(
        std::clamp<int64_t>(x / step, 0, static_cast<int64_t>(steps) - 1));
  }

  void add(size_t which, uint64_t count) {
    counts_[which] += count;
    total_ += count;
  }

  /// The upper end of the first step that nine of ten do not exceed; 0 for the
  /// first step, which counts as no delay.
  net::duration most() const {
    uint64_t seen = 0;
    for (size_t i = 0; i < steps; ++i)
      if ((seen += counts_[i]) * 10 >= total_ * 9)
        return i == 0 ? net::duration{} : step * static_cast<int64_t>(i + 1);
    return {};
  }

private:
  std::array<uint64_t, steps> counts_{};
  uint64_t total_ = 0;
};

/// The gauge of one writer, on cache lines of its own. Writing costs one
/// uncontended addition for each batch.
class alignas(64) delay_gauge {
public:
  /// Notes a batch that left `x` after its oldest packet arrived at the socket.
  void note_delay(net::duration x) {
    delays_[delay_histogram::step_of(x)].fetch_add(1,
                                                   std::memory_order_relaxed);
    noted_.store(true, std::memory_order_relaxed);
  }

  /// Notes packets that were dropped because they came too late or too many
  /// were waiting. Does not count those that were shed on purpose.
  void note_dropped(uint64_t packets) {
    dropped_.fetch_add(packets, std::memory_order_relaxed);
  }

  /// Adds `change` to the number of consumers that overload limits.
  void note_limited(int64_t change) {
    limited_consumers_.fetch_add(change, std::memory_order_relaxed);
  }

  /// Adds what has been noted since the last call.
  void take(delay_histogram& delays, load_reading& out) {
    out.dropped += dropped_.exchange(0, std::memory_order_relaxed);
    out.limited_consumers += static_cast<uint64_t>(
        limited_consumers_.load(std::memory_order_relaxed));
    if (!noted_.exchange(false, std::memory_order_relaxed))
      return;
    for (size_t i = 0; i < delay_histogram::steps; ++i)
      delays.add(i, delays_[i].exchange(0, std::memory_order_relaxed));
  }

private:
  std::array<std::atomic<uint32_t>, delay_histogram::steps> delays_{};
  std::atomic<bool> noted_{false};
  std::atomic<uint64_t> dropped_{0};
  std::atomic<int64_t> limited_consumers_{0};
};

/// The gauges of all writers: as many as threads usefully write at a time.
/// Further writers share them, which is safe.
class delay_gauges {
public:
  static constexpr size_t count = 64;

  /// The gauge of a writer; any number is valid.
  delay_gauge& of(size_t writer) {
    return gauges_[writer % count];
  }

  /// Returns and resets what all writers have noted since the last call.
  load_reading take() {
    delay_histogram delays;
    load_reading out;
    for (auto& gauge : gauges_)
      gauge.take(delays, out);
    out.delay = delays.most();
    return out;
  }

private:
  std::array<delay_gauge, count> gauges_;
};

} // namespace troupe::actors
