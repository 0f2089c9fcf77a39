#pragma once

#include "net/base/time.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// Counts what is in flight from its senders to one actor, since a mailbox has
/// no bound. Each gauge has its own unit (datagrams, packets, compounds);
/// docs/architecture.md lists all of them.
///
/// The sender calls admit() before it sends, and drops what is refused. The
/// receiver calls leave() for what it has taken. The counters are relaxed:
/// threads that send at the same moment may exceed the limit by what they send.
class edge_gauge {
public:
  explicit edge_gauge(int64_t limit) : limit_(limit) {}

  edge_gauge(const edge_gauge&) = delete;

  edge_gauge& operator=(const edge_gauge&) = delete;

  /// Admits `n` more, all or none. More than the limit is admitted if nothing
  /// is in flight.
  bool admit(size_t n = 1) {
    auto more = static_cast<int64_t>(n);
    auto present = in_flight_.load(std::memory_order_relaxed);
    if (present > 0 && present + more > limit_) {
      refused_.fetch_add(n, std::memory_order_relaxed);
      return false;
    }
    in_flight_.fetch_add(more, std::memory_order_relaxed);
    return true;
  }

  /// Gives back `n` that were admitted, once the receiver has taken them.
  void leave(size_t n = 1) {
    in_flight_.fetch_sub(static_cast<int64_t>(n), std::memory_order_relaxed);
  }

  /// The number refused so far. Monotonic.
  uint64_t refused() const {
    return refused_.load(std::memory_order_relaxed);
  }

private:
  const int64_t limit_;
  std::atomic<int64_t> in_flight_{0};
  std::atomic<uint64_t> refused_{0};
};

/// Media that has waited longer than this for its transport is dropped before
/// decryption: the forwarders would drop it anyway (rtp::forwarder::config's
/// max_queueing).
inline constexpr net::duration max_media_age = std::chrono::milliseconds{200};

/// I/O threads to a transport, in datagrams: a client's largest burst, or half
/// a second at 50 Mbit/s. Media older than max_media_age is dropped anyway.
inline constexpr int64_t max_waiting_datagrams = 2048;

/// A transport to one of its producers, in packets of RTP and items of RTCP.
inline constexpr int64_t max_waiting_packets = 1024;

/// A transport to its shard, in compound RTCP packets: what a browser sends in
/// some seconds.
inline constexpr int64_t max_waiting_compounds = 64;

} // namespace troupe::actors
