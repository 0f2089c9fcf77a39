#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace troupe::actors {

/// Counts one object in one of several gauges, the one of its present state,
/// and in none once it is destroyed. The gauges outlive it.
class scoped_gauge {
public:
  scoped_gauge() = default;

  scoped_gauge(const scoped_gauge&) = delete;

  scoped_gauge& operator=(const scoped_gauge&) = delete;

  ~scoped_gauge() {
    move_to(nullptr);
  }

  /// Moves the object from its gauge to `gauge`; null is none.
  void move_to(std::atomic<int64_t>* gauge) {
    if (gauge == gauge_)
      return;
    if (gauge)
      gauge->fetch_add(1, std::memory_order_relaxed);
    if (auto* before = std::exchange(gauge_, gauge))
      before->fetch_sub(1, std::memory_order_relaxed);
  }

private:
  std::atomic<int64_t>* gauge_ = nullptr;
};

} // namespace troupe::actors
