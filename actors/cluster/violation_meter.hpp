#pragma once

#include "net/base/time.hpp"

#include <cstddef>
#include <deque>

namespace troupe::actors {

/// Counts how often a node broke a rule in the last minute.
class violation_meter {
public:
  /// So many within `window` are too many.
  static constexpr size_t limit = 100;
  static constexpr net::duration window = std::chrono::minutes{1};

  /// For how long the node is then refused.
  static constexpr std::chrono::milliseconds quarantine =
      std::chrono::seconds{60};

  /// Counts one violation. Returns whether they are too many now; the count
  /// then begins again.
  bool handle_violation(net::time_point now) {
    while (!times_.empty() && now - times_.front() >= window)
      times_.pop_front();
    times_.push_back(now);
    if (times_.size() < limit)
      return false;
    times_.clear();
    return true;
  }

private:
  std::deque<net::time_point> times_;
};

} // namespace troupe::actors
