#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace troupe::actors {

/// How many of one kind there may be, counted by whoever makes them. Any
/// thread may take.
class quota : public std::enable_shared_from_this<quota> {
public:
  explicit quota(uint32_t limit) : limit_(limit) {}

  /// A place among them for as long as the result lives; null where none is
  /// left.
  std::shared_ptr<void> take() {
    if (count_.fetch_add(1, std::memory_order_relaxed) >= limit_) {
      count_.fetch_sub(1, std::memory_order_relaxed);
      return nullptr;
    }
    return {this, [self = shared_from_this()](void*) {
              self->count_.fetch_sub(1, std::memory_order_relaxed);
            }};
  }

private:
  const uint32_t limit_;
  std::atomic<uint32_t> count_{0};
};

/// What all members of a room have together.
struct room_quotas {
  std::shared_ptr<quota> producers;
  std::shared_ptr<quota> consumers;
  std::shared_ptr<quota> data_producers;
  std::shared_ptr<quota> data_consumers;
};

} // namespace troupe::actors
