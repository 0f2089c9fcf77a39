#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace troupe::rtp {

/// Bounds the memory in which the producers of one client store packets for
/// repair and replay. They share it across threads. A holder is one encoding
/// that stores packets or wants to.
class memory_budget {
public:
  /// Two seconds of 9 Mbit/s in full-size packets, with their overhead.
  static constexpr size_t default_limit = size_t{4} << 20;

  explicit memory_budget(size_t limit = default_limit) : limit_(limit) {}

  /// Takes memory for `octets`. Returns false and takes nothing if that would
  /// exceed the limit.
  bool take(size_t octets) {
    auto before = used_.fetch_add(octets, std::memory_order_relaxed);
    if (before + octets <= limit_)
      return true;
    used_.fetch_sub(octets, std::memory_order_relaxed);
    return false;
  }

  void give_back(size_t octets) {
    used_.fetch_sub(octets, std::memory_order_relaxed);
  }

  void add_holder() {
    holders_.fetch_add(1, std::memory_order_relaxed);
  }

  void remove_holder() {
    holders_.fetch_sub(1, std::memory_order_relaxed);
  }

  /// Octets that are taken at present.
  size_t used() const {
    return used_.load(std::memory_order_relaxed);
  }

  /// Whether little is left: holders with more than their share free memory.
  bool tight() const {
    return used() > limit_ - limit_ / 8;
  }

  /// How much each holder may have when little is left.
  size_t share() const {
    return limit_
           / std::max<size_t>(1, holders_.load(std::memory_order_relaxed));
  }

private:
  const size_t limit_;
  std::atomic<size_t> used_{0};
  std::atomic<size_t> holders_{0};
};

} // namespace troupe::rtp
