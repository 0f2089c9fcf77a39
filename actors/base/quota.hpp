#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace troupe::rtp {
class memory_budget;
} // namespace troupe::rtp

namespace troupe::actors {

class quota_share;

/// Limits the number of objects of one kind. Any thread may take.
class quota : public std::enable_shared_from_this<quota> {
public:
  explicit quota(uint32_t limit) : limit_(limit) {}

  /// Takes `count` quota tokens for as long as the result lives; null if fewer
  /// are left.
  std::shared_ptr<void> take(uint32_t count = 1) {
    if (!try_take(count))
      return nullptr;
    return {this, [self = shared_from_this(), count](void*) {
              self->give_back(count);
            }};
  }

  /// Takes one token as a share; an empty one if none is left.
  quota_share take_share();

  uint32_t limit() const {
    return limit_;
  }

  /// The number of tokens taken.
  uint32_t taken() const {
    return count_.load(std::memory_order_relaxed);
  }

private:
  friend class quota_share;

  bool try_take(uint32_t count) {
    auto taken = uint64_t{count_.fetch_add(count, std::memory_order_relaxed)};
    if (taken + count <= limit_)
      return true;
    give_back(count);
    return false;
  }

  void give_back(uint32_t count) {
    count_.fetch_sub(count, std::memory_order_relaxed);
  }

  const uint32_t limit_;
  std::atomic<uint32_t> count_{0};
};

/// Any number of tokens of one quota that have one owner, without an allocation
/// for each. They are given back when it ends.
class quota_share {
public:
  quota_share() = default;

  quota_share(quota_share&& x) noexcept
      : of_(std::move(x.of_))
      , count_(std::exchange(x.count_, 0)) {}

  quota_share& operator=(quota_share&& x) noexcept {
    std::swap(of_, x.of_);
    std::swap(count_, x.count_);
    return *this;
  }

  ~quota_share() {
    give_back(count_);
  }

  bool empty() const {
    return count_ == 0;
  }

  /// Takes over the tokens of another share of the same quota.
  void merge(quota_share x) {
    if (!of_)
      of_ = x.of_;
    count_ += std::exchange(x.count_, 0);
  }

  /// Gives back so many tokens, or all if it has fewer.
  void give_back(uint32_t count) {
    count = std::min(count, count_);
    if (count == 0)
      return;
    count_ -= count;
    of_->give_back(count);
  }

private:
  friend class quota;

  explicit quota_share(std::shared_ptr<quota> of)
      : of_(std::move(of))
      , count_(1) {}

  std::shared_ptr<quota> of_;
  uint32_t count_ = 0;
};

inline quota_share quota::take_share() {
  return try_take(1) ? quota_share{shared_from_this()} : quota_share{};
}

/// The quotas that all members of a room share.
struct room_quotas {
  std::shared_ptr<quota> producers;
  std::shared_ptr<quota> consumers;
  std::shared_ptr<quota> data_producers;
  std::shared_ptr<quota> data_consumers;
  std::shared_ptr<quota> app_data = {}; // in octets; see app_data_quota
  /// What the members' budgets are extended from for replays of whole groups.
  std::shared_ptr<rtp::memory_budget> replay_reserve = {};
};

} // namespace troupe::actors
