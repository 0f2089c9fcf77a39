#pragma once

#include "net/base/time.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// Counts what is in flight from its senders to one actor, since a mailbox has
/// no bound. Each gauge has its own unit (datagrams, packets, compounds,
/// batches, octets); docs/architecture.md lists all of them.
///
/// The sender calls admit() before it sends, and drops what is refused. The
/// receiver calls leave() for what it has taken. The counters are relaxed:
/// threads that send at the same moment may exceed the limit by what they send.
class in_flight_gauge {
public:
  explicit in_flight_gauge(int64_t limit) : limit_(limit) {}

  in_flight_gauge(const in_flight_gauge&) = delete;

  in_flight_gauge& operator=(const in_flight_gauge&) = delete;

  /// Admits `n` more, all or none. More than the limit is admitted if nothing
  /// is in flight.
  bool admit(size_t n = 1) {
    return admit_within(limit_, n);
  }

  /// The same with a limit of its own: what matters more may have a higher one.
  bool admit_within(int64_t limit, size_t n = 1) {
    auto more = static_cast<int64_t>(n);
    auto present = in_flight_.load(std::memory_order_relaxed);
    if (present > 0 && present + more > limit) {
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

  int64_t limit() const {
    return limit_;
  }

  /// The number refused so far, or since the last take_refused().
  uint64_t refused() const {
    return refused_.load(std::memory_order_relaxed);
  }

  /// Returns the number refused since the last call.
  uint64_t take_refused() {
    if (refused() == 0)
      return 0;
    return refused_.exchange(0, std::memory_order_relaxed);
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

/// A producer to one of its shards, in batches: about a second of video at 30
/// frames a second. Key frames may use twice that.
inline constexpr int64_t max_waiting_batches = 32;

/// A producer to a recorder, in batches: some seconds, for a recorder may wait
/// for a thread while shards must not.
inline constexpr int64_t max_waiting_recorded_batches = 256;

/// A transport to the sctp actor, in octets of application data, with those of
/// keeping each record. More than twice what a client may send before it is
/// acknowledged (the receive window of 768 KB). To SCTP, a record refused
/// beyond this is a lost packet, which slows its sender down.
inline constexpr int64_t max_waiting_data = 2 * 1024 * 1024;

} // namespace troupe::actors
