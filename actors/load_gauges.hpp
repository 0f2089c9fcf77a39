#pragma once

#include "net/base/time.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// What the gauges have seen since they were last read.
struct load_reading {
  /// Nine of ten batches left sooner than this after they came.
  net::duration delay{};
  uint64_t dropped = 0; // packets
  /// Consumers that get less than they want: now, not since.
  uint64_t held = 0;
};

/// How many batches left how late, in steps of 4 ms; the last one has all that
/// took longer.
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

  /// The least step that nine of ten do not exceed, by its upper end; 0 where
  /// that is the first: so little is no delay.
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

/// One writer's view of the load, on cache lines of its own. Writing costs one
/// uncontended addition for each batch.
class alignas(64) load_gauge {
public:
  /// A batch left this long after its oldest packet arrived at the socket.
  void note_delay(net::duration x) {
    delays_[delay_histogram::step_of(x)].fetch_add(1,
                                                   std::memory_order_relaxed);
    noted_.store(true, std::memory_order_relaxed);
  }

  /// Packets had to be left out because they came too late or too many were
  /// waiting. Not those that were shed on purpose.
  void note_dropped(uint64_t packets) {
    dropped_.fetch_add(packets, std::memory_order_relaxed);
  }

  /// So many more consumers than before get less than they want, or fewer.
  void note_held(int64_t change) {
    held_.fetch_add(change, std::memory_order_relaxed);
  }

  /// Adds what has been noted since the last call.
  void take(delay_histogram& delays, load_reading& out) {
    out.dropped += dropped_.exchange(0, std::memory_order_relaxed);
    out.held += static_cast<uint64_t>(held_.load(std::memory_order_relaxed));
    if (!noted_.exchange(false, std::memory_order_relaxed))
      return;
    for (size_t i = 0; i < delay_histogram::steps; ++i)
      delays.add(i, delays_[i].exchange(0, std::memory_order_relaxed));
  }

private:
  std::array<std::atomic<uint32_t>, delay_histogram::steps> delays_{};
  std::atomic<bool> noted_{false};
  std::atomic<uint64_t> dropped_{0};
  std::atomic<int64_t> held_{0};
};

/// The gauges of all writers. There are as many as threads may usefully write
/// at a time; writers beyond that share, which is safe.
class load_gauges {
public:
  static constexpr size_t count = 64;

  /// The gauge of the writer of that number, whatever the number.
  load_gauge& of(size_t writer) {
    return gauges_[writer % count];
  }

  /// All that their writers have noted since the last call.
  load_reading take() {
    delay_histogram delays;
    load_reading out;
    for (auto& gauge : gauges_)
      gauge.take(delays, out);
    out.delay = delays.most();
    return out;
  }

private:
  std::array<load_gauge, count> gauges_;
};

} // namespace troupe::actors
