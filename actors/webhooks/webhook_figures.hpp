#pragma once

#include "actors/webhooks/webhook_queue.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace troupe::actors {

/// What is known of one receiver at one moment.
struct webhook_reading {
  uint64_t delivered = 0;
  uint64_t failed_tries = 0;
  std::array<uint64_t, webhook_loss_count> lost{};
  uint64_t waiting = 0;
  /// How long the oldest event has waited.
  net::duration oldest{};
};

/// The figures of one receiver. Its actor writes them; any thread reads them.
class webhook_figures {
public:
  void note_delivered() {
    delivered_.fetch_add(1, std::memory_order_relaxed);
  }

  void note_failed_try() {
    failed_tries_.fetch_add(1, std::memory_order_relaxed);
  }

  void note(webhook_loss why) {
    lost_[static_cast<size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  }

  void note_queue(size_t waiting, std::optional<net::time_point> oldest) {
    oldest_.store(oldest.value_or(net::time_point::max()),
                  std::memory_order_relaxed);
    waiting_.store(waiting, std::memory_order_relaxed);
  }

  webhook_reading read(net::time_point now) const {
    constexpr auto relaxed = std::memory_order_relaxed;
    webhook_reading out;
    out.delivered = delivered_.load(relaxed);
    out.failed_tries = failed_tries_.load(relaxed);
    for (size_t i = 0; i < lost_.size(); ++i)
      out.lost[i] = lost_[i].load(relaxed);
    out.waiting = waiting_.load(relaxed);
    if (const auto since = oldest_.load(relaxed); since < now)
      out.oldest = now - since;
    return out;
  }

private:
  std::atomic<uint64_t> delivered_{0};
  std::atomic<uint64_t> failed_tries_{0};
  std::array<std::atomic<uint64_t>, webhook_loss_count> lost_{};
  std::atomic<uint64_t> waiting_{0};
  std::atomic<net::time_point> oldest_{net::time_point::max()};
};

} // namespace troupe::actors
