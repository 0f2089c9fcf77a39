#pragma once

#include "net/io/http/reject_counters.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace troupe::net {

/// Limits on octets received from clients but not yet taken by the upper layer.
struct undelivered_limits {
  /// Per connection, in complete messages. At this limit it is not read. The
  /// next, incomplete message is limited by the maximum message size.
  size_t per_connection = 512 << 10;

  /// For all connections together, including incomplete messages. At this limit
  /// only connections with less than `share` are read, so that clients that
  /// send little are served even while others use up the total.
  size_t in_total = 64 << 20;
  size_t share = 64 << 10;
};

/// Counts a message's octets as undelivered until its last copy is gone.
using delivery_receipt = std::shared_ptr<void>;

class undelivered_octets;

/// The undelivered octets of all connections of a server. Thread-safe, and
/// lock-free while the total is below its limit.
class undelivered_total {
public:
  explicit undelivered_total(undelivered_limits limits) : limits_(limits) {}

  size_t octets() const {
    return octets_.load(std::memory_order_relaxed);
  }

private:
  friend class undelivered_octets;

  bool full() const {
    return octets_ >= limits_.in_total;
  }

  void remove(size_t octets);

  // Registers `x` to be called when the total falls below its limit. False if
  // it already is.
  bool enlist(const std::shared_ptr<undelivered_octets>& x);

  void wake_all();

  const undelivered_limits limits_;
  std::atomic<size_t> octets_{0};
  std::atomic<bool> awaited_{false};
  std::mutex mutex_;
  std::vector<std::weak_ptr<undelivered_octets>> waiting_;
};

/// The undelivered octets of one connection: those read from its socket and not
/// yet taken by the upper layer, whatever queues are in between. Thread-safe
/// except `must_wait`, which belongs to the reading thread.
class undelivered_octets
    : public std::enable_shared_from_this<undelivered_octets> {
public:
  /// The memory of a waiting message beyond its octets: its mailbox element,
  /// its string and its receipt.
  static constexpr size_t message_overhead = 256;

  /// `resume` is called on any thread when a suspended reader may continue. It
  /// must not block.
  undelivered_octets(std::shared_ptr<undelivered_total> total,
                     std::function<void()> resume)
      : total_(std::move(total))
      , resume_(std::move(resume)) {}

  undelivered_octets(const undelivered_octets&) = delete;

  undelivered_octets& operator=(const undelivered_octets&) = delete;

  ~undelivered_octets();

  /// Adds octets of a message that have been read.
  void add(size_t octets);

  /// Removes added octets for which no receipt was issued.
  void discard(size_t octets);

  /// Marks added octets as a complete message: they count until the last copy
  /// of the receipt is gone.
  delivery_receipt issue(size_t octets);

  /// Adds a complete message of that size with its overhead, and returns its
  /// receipt.
  delivery_receipt add_message(size_t octets) {
    add(octets + message_overhead);
    return issue(octets + message_overhead);
  }

  /// Whether reading must be suspended, and by which limit; `resume` then
  /// follows once, possibly at once.
  std::optional<reject_reason> must_wait();

private:
  friend class undelivered_total;

  std::optional<reject_reason> limit_reached() const;

  void remove(size_t octets);

  // Ends the wait, or registers with the total to end it later.
  void settle();

  const std::shared_ptr<undelivered_total> total_;
  const std::function<void()> resume_;
  std::atomic<size_t> octets_{0};
  std::atomic<size_t> incomplete_{0}; // of octets_, those without a receipt
  std::atomic<bool> waiting_{false};
  std::atomic<bool> enlisted_{false};
};

} // namespace troupe::net
