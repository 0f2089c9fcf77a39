#pragma once

#include "net/base/time.hpp"
#include "net/io/http/reject_counters.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace troupe::net {

/// Decides when to notify the upper layer of refused clients: of the first at
/// once, then at most once a minute for each reason. Thread-safe.
class refusal_notifier {
public:
  static constexpr duration interval = std::chrono::minutes{1};

  /// Counts a refusal. If a notification is due, returns the number of refusals
  /// since the last one, including this.
  std::optional<uint64_t> add(reject_reason why, time_point now) {
    std::lock_guard guard{mutex_};
    auto& x = entries_[static_cast<size_t>(why)];
    ++x.unreported;
    if (x.reported_at && now - *x.reported_at < interval)
      return std::nullopt;
    x.reported_at = now;
    return std::exchange(x.unreported, 0);
  }

private:
  struct entry {
    uint64_t unreported = 0;
    std::optional<time_point> reported_at;
  };

  std::mutex mutex_;
  std::array<entry, reject_reason_count> entries_;
};

} // namespace troupe::net
