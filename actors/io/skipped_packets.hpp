#pragma once

#include "net/base/time.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe::actors {

/// What is kept of an RTP packet that an I/O thread dropped before decryption:
/// enough to report its arrival to the sender. Read from the header, which SRTP
/// leaves in the clear, and not authenticated.
struct skipped_packet {
  net::time_point arrival;
  uint32_t ssrc = 0;
  /// Octets on the wire, without UDP and lower headers.
  uint16_t octets = 0;
  std::optional<uint16_t> transport_wide_number = {};
};

/// A bounded queue of skipped packets from the I/O threads to the transport's
/// actor. Lock-free: any number of threads push, one at a time pops.
class skipped_packets {
public:
  /// A packet that finds no space is passed on to the transport instead, which
  /// then empties the queue.
  static constexpr size_t capacity = 64;

  /// Returns false if the queue is full.
  bool push(const skipped_packet& x) {
    auto i = pushed_.load(std::memory_order_relaxed);
    do {
      // Acquire: the slot was read before it is written again.
      if (i - popped_.load(std::memory_order_acquire) >= capacity)
        return false;
    } while (
        !pushed_.compare_exchange_weak(i, i + 1, std::memory_order_relaxed));
    auto& to = slots_[i % capacity];
    to.what = x;
    to.filled.store(true, std::memory_order_release);
    return true;
  }

  /// The oldest packet, or nothing, also while that one is being written.
  std::optional<skipped_packet> pop() {
    const auto i = popped_.load(std::memory_order_relaxed);
    auto& from = slots_[i % capacity];
    if (!from.filled.load(std::memory_order_acquire))
      return std::nullopt;
    auto out = from.what;
    from.filled.store(false, std::memory_order_relaxed);
    popped_.store(i + 1, std::memory_order_release);
    return out;
  }

private:
  struct slot {
    skipped_packet what;
    std::atomic<bool> filled{false};
  };

  std::array<slot, capacity> slots_;
  std::atomic<uint64_t> pushed_{0};
  std::atomic<uint64_t> popped_{0};
};

} // namespace troupe::actors
