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
  net::duration worst_delay{};
  uint64_t dropped = 0; // packets
};

/// One writer's view of the load, on a cache line of its own. Writing costs a
/// load as long as nothing is worse than what has been noted already.
class alignas(64) load_gauge {
public:
  /// A packet left this long after it arrived at the socket.
  void note_delay(net::duration x) {
    auto seen = worst_.load(std::memory_order_relaxed);
    while (x.count() > seen
           && !worst_.compare_exchange_weak(seen, x.count(),
                                            std::memory_order_relaxed)) {
    }
  }

  /// Packets had to be left out because they came too late or too many were
  /// waiting. Not those that were shed on purpose.
  void note_dropped(uint64_t packets) {
    dropped_.fetch_add(packets, std::memory_order_relaxed);
  }

  /// What has been noted since the last call.
  load_reading take() {
    return {
        net::duration{worst_.exchange(0, std::memory_order_relaxed)},
        dropped_.exchange(0, std::memory_order_relaxed),
    };
  }

private:
  std::atomic<net::duration::rep> worst_{0};
  std::atomic<uint64_t> dropped_{0};
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

  /// The worst delay of all and the sum of what they dropped.
  load_reading take() {
    load_reading out;
    for (auto& gauge : gauges_) {
      auto x = gauge.take();
      out.worst_delay = std::max(out.worst_delay, x.worst_delay);
      out.dropped += x.dropped;
    }
    return out;
  }

private:
  std::array<load_gauge, count> gauges_;
};

} // namespace troupe::actors
