#pragma once

#include "net/base/time.hpp"
#include "net/io/reject_counters.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace troupe::net {

/// Decides when the layer above hears of clients that are turned away: of the
/// first at once, of those after it once a minute for each reason. Thread-safe.
class refusal_news {
public:
  static constexpr duration interval = std::chrono::minutes{1};

  /// Takes one more. Gives how many there were since the last news, this one
  /// included, where it is time to tell.
  std::optional<uint64_t> add(reject_reason why, time_point now) {
    std::lock_guard guard{mutex_};
    auto& x = entries_[static_cast<size_t>(why)];
    ++x.untold;
    if (x.told && now - *x.told < interval)
      return std::nullopt;
    x.told = now;
    return std::exchange(x.untold, 0);
  }

private:
  struct entry {
    uint64_t untold = 0;
    std::optional<time_point> told;
  };

  std::mutex mutex_;
  std::array<entry, reject_reason_count> entries_;
};

} // namespace troupe::net
