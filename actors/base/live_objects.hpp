#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// The kinds of objects that are counted.
enum class object_kind : uint8_t {
  room,
  shard,
  session,
  peer,
  transport,
  producer,
  consumer,
  data_producer,
  data_consumer
};

inline constexpr size_t object_kind_count = 9;

/// Counts one object of its kind, in this process, while it lives: a member of
/// the object to count. When all calls are over, every kind is back at zero;
/// anything else is a leak.
class live_object {
public:
  explicit live_object(object_kind kind) : kind_(kind) {
    of(kind_).fetch_add(1, std::memory_order_relaxed);
  }

  live_object(const live_object&) = delete;

  live_object& operator=(const live_object&) = delete;

  ~live_object() {
    of(kind_).fetch_sub(1, std::memory_order_relaxed);
  }

  /// The number of live objects of this kind. Thread-safe.
  static int64_t count(object_kind kind) {
    return of(kind).load(std::memory_order_relaxed);
  }

  /// The number of live objects of all kinds.
  static int64_t count_all() {
    int64_t sum = 0;
    for (const auto& x : counts_)
      sum += x.value.load(std::memory_order_relaxed);
    return sum;
  }

private:
  struct alignas(64) cell {
    std::atomic<int64_t> value; // zero, as statics are
  };

  static std::atomic<int64_t>& of(object_kind kind) {
    return counts_[static_cast<size_t>(kind)].value;
  }

  static inline std::array<cell, object_kind_count> counts_{};

  const object_kind kind_;
};

} // namespace troupe::actors
