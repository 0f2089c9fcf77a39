#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace troupe::actors {

/// Limits the number of objects of one kind. Any thread may take.
class quota : public std::enable_shared_from_this<quota> {
public:
  explicit quota(uint32_t limit) : limit_(limit) {}

  /// Takes `count` quota tokens for as long as the result lives; null if fewer
  /// are left.
  std::shared_ptr<void> take(uint32_t count = 1) {
    auto taken = uint64_t{count_.fetch_add(count, std::memory_order_relaxed)};
    if (taken + count > limit_) {
      count_.fetch_sub(count, std::memory_order_relaxed);
      return nullptr;
    }
    return {this, [self = shared_from_this(), count](void*) {
              self->count_.fetch_sub(count, std::memory_order_relaxed);
            }};
  }

  uint32_t limit() const {
    return limit_;
  }

  /// The number of tokens taken.
  uint32_t taken() const {
    return count_.load(std::memory_order_relaxed);
  }

private:
  const uint32_t limit_;
  std::atomic<uint32_t> count_{0};
};

/// The quotas that all members of a room share.
struct room_quotas {
  std::shared_ptr<quota> producers;
  std::shared_ptr<quota> consumers;
  std::shared_ptr<quota> data_producers;
  std::shared_ptr<quota> data_consumers;
  std::shared_ptr<quota> app_data = {}; // in octets; see app_data_quota
};

} // namespace troupe::actors
