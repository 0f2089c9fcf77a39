#pragma once

#include "net/io/reject_counters.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace troupe::net {

/// How many octets may wait that clients have sent and nobody has taken yet.
struct undelivered_limits {
  /// Of one connection, in complete messages. While as many wait, it is not
  /// read. What it has sent of the next message is limited by the size of that.
  size_t per_connection = 512 << 10;

  /// Of all connections together, incomplete messages included. While as many
  /// wait, only connections with less than `share` are read. So clients that
  /// send little are served even while others use up the total.
  size_t in_total = 64 << 20;
  size_t share = 64 << 10;
};

/// Counts one message's octets as undelivered until its last copy is gone.
using delivery_receipt = std::shared_ptr<void>;

class undelivered_octets;

/// The undelivered octets of all connections of a server. Thread-safe, and
/// without locks as long as the total is below its limit.
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

  // Has `x` called when the total is below its limit. False where it is now.
  bool enlist(const std::shared_ptr<undelivered_octets>& x);

  void wake_all();

  const undelivered_limits limits_;
  std::atomic<size_t> octets_{0};
  std::atomic<bool> awaited_{false};
  std::mutex mutex_;
  std::vector<std::weak_ptr<undelivered_octets>> waiting_;
};

/// The undelivered octets of one connection: what has been read from its socket
/// and not been taken by the layer above, whatever queues are in between.
/// Thread-safe but for `must_wait`, which belongs to whoever reads.
class undelivered_octets
    : public std::enable_shared_from_this<undelivered_octets> {
public:
  /// What a message costs beyond its octets while it waits: its place in a
  /// mailbox, its string, its receipt.
  static constexpr size_t message_overhead = 256;

  /// `resume` is called, on any thread, when a reader that had to wait may go
  /// on. It must not block.
  undelivered_octets(std::shared_ptr<undelivered_total> total,
                     std::function<void()> resume)
      : total_(std::move(total))
      , resume_(std::move(resume)) {}

  undelivered_octets(const undelivered_octets&) = delete;

  undelivered_octets& operator=(const undelivered_octets&) = delete;

  ~undelivered_octets();

  /// Octets of a message have been read.
  void add(size_t octets);

  /// Octets that were added are thrown away, before a receipt was issued.
  void discard(size_t octets);

  /// The octets that were added are a complete message: they wait until the
  /// last copy of the receipt is gone.
  delivery_receipt issue(size_t octets);

  /// The same for a message of that size that has not been added yet, with its
  /// overhead.
  delivery_receipt add_message(size_t octets) {
    add(octets + message_overhead);
    return issue(octets + message_overhead);
  }

  /// Whether nothing more may be read for now, and which limit says so; then
  /// `resume` follows once, maybe at once.
  std::optional<reject_reason> must_wait();

private:
  friend class undelivered_total;

  std::optional<reject_reason> limit_reached() const;

  void remove(size_t octets);

  // Ends the wait, or sees to it that somebody will.
  void settle();

  const std::shared_ptr<undelivered_total> total_;
  const std::function<void()> resume_;
  std::atomic<size_t> octets_{0};
  std::atomic<size_t> incomplete_{0}; // of these, without a receipt
  std::atomic<bool> waiting_{false};
  std::atomic<bool> enlisted_{false};
};

} // namespace troupe::net
