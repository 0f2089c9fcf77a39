#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace troupe::rtp {

/// Bounds the memory in which the producers of one client store packets for
/// repair and replay. They share it across threads. A holder is one encoding
/// that stores packets or wants to.
class memory_budget {
public:
  /// Two seconds of 9 Mbit/s in full-size packets, with their overhead.
  static constexpr size_t default_limit = size_t{4} << 20;

  /// How much more memory a client gets whose packets are kept for longer (see
  /// extend()).
  static constexpr size_t extension = default_limit;

  /// What the clients of a room get in this way: eight of them. More clients
  /// have to do with what they have.
  static constexpr size_t room_reserve = 8 * extension;

  /// `reserve` is what extend() takes from; null for no extension.
  explicit memory_budget(size_t limit = default_limit,
                         std::shared_ptr<memory_budget> reserve = nullptr)
      : limit_(limit)
      , reserve_(std::move(reserve)) {}

  /// The reserve that all budgets in a room share.
  static std::shared_ptr<memory_budget> make_room_reserve() {
    return std::make_shared<memory_budget>(room_reserve);
  }

  /// Takes memory for `octets`. Returns false and takes nothing if that would
  /// exceed the limit.
  bool take(size_t octets) {
    auto before = used_.fetch_add(octets, std::memory_order_relaxed);
    if (before + octets <= limit())
      return true;
    used_.fetch_sub(octets, std::memory_order_relaxed);
    return false;
  }

  void give_back(size_t octets) {
    used_.fetch_sub(octets, std::memory_order_relaxed);
  }

  /// Raises the limit by `extension`. Returns false if it is raised already or
  /// the reserve has nothing left; else end_extension() must follow.
  bool extend() {
    if (!reserve_ || extended_.exchange(true, std::memory_order_relaxed))
      return false;
    if (!reserve_->take(extension)) {
      extended_.store(false, std::memory_order_relaxed);
      return false;
    }
    limit_.fetch_add(extension, std::memory_order_relaxed);
    return true;
  }

  /// Lowers the limit again. Holders may have more for a moment: they take
  /// nothing until they have evicted that.
  void end_extension() {
    limit_.fetch_sub(extension, std::memory_order_relaxed);
    reserve_->give_back(extension);
    extended_.store(false, std::memory_order_relaxed);
  }

  void add_holder() {
    holders_.fetch_add(1, std::memory_order_relaxed);
  }

  void remove_holder() {
    holders_.fetch_sub(1, std::memory_order_relaxed);
  }

  /// The most octets that may be taken at present.
  size_t limit() const {
    return limit_.load(std::memory_order_relaxed);
  }

  /// Octets that are taken at present.
  size_t used() const {
    return used_.load(std::memory_order_relaxed);
  }

  /// Whether little is left: holders with more than their share free memory.
  bool tight() const {
    return used() > limit() - limit() / 8;
  }

  /// How much each holder may have when little is left.
  size_t share() const {
    return limit()
           / std::max<size_t>(1, holders_.load(std::memory_order_relaxed));
  }

private:
  std::atomic<size_t> limit_;
  std::atomic<size_t> used_{0};
  std::atomic<size_t> holders_{0};
  std::atomic<bool> extended_{false};
  const std::shared_ptr<memory_budget> reserve_;
};

} // namespace troupe::rtp
