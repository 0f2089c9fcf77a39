#pragma once

#include "net/base/time.hpp"
#include "net/base/transport_tuple.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>

namespace troupe::net {

/// Limits events to `rate` a second, with bursts of `burst`. A rate of 0 means
/// no limit.
class token_bucket {
public:
  token_bucket(double rate, double burst)
      : rate_(rate)
      , burst_(burst)
      , tokens_(burst) {}

  /// Takes a token; returns false if none is left.
  bool take(time_point now);

  /// The earliest time at which a token is available.
  time_point next(time_point now) const;

  /// Takes tokens even if none are left, and returns when the rate covers them:
  /// a caller that waits until then keeps to the rate.
  time_point reserve(time_point now, size_t count = 1);

private:
  void refill(time_point now);

  double rate_;
  double burst_;
  double tokens_;
  time_point last_{};
};

/// A bucket that several connections share. Thread-safe.
class shared_bucket {
public:
  shared_bucket(double rate, double burst) : bucket_(rate, burst) {}

  /// See `token_bucket::reserve`.
  time_point reserve(time_point now, size_t count = 1) {
    std::lock_guard guard{mutex_};
    return bucket_.reserve(now, count);
  }

private:
  std::mutex mutex_;
  token_bucket bucket_;
};

/// Limits on the number and the rate of connections. 0: no limit.
struct admission_limits {
  size_t max_connections = 20000;

  /// Per remote address; IPv6 by its first 64 bits (client_network). Many users
  /// may share one address behind a NAT.
  size_t max_per_address = 10000;

  /// New connections a second from one address, and the burst.
  double address_rate = 400;
  double address_burst = 2000;

  /// Messages and requests a second of all connections from one address, and
  /// the burst. Beyond it, they are read more slowly.
  double address_message_rate = 20000;
  double address_message_burst = 40000;
};

/// Whether a connection is admitted, or which limit refused it.
enum class admission_outcome : uint8_t {
  admitted,
  /// `max_connections` has been reached.
  full,
  /// `max_per_address` has been reached.
  address_full,
  /// The address connects faster than `address_rate`.
  too_fast,
};

/// Counts the connections of a listener, in total and by remote address, and
/// refuses those beyond the limits. Addresses with the same `client_network`
/// count as one. Thread-safe.
class admission {
public:
  explicit admission(admission_limits limits) : limits_(limits) {}

  /// Admits a connection from `remote`. Call `release` for each one admitted.
  admission_outcome admit(const socket_address& remote, time_point now);

  /// Ends a connection that `admit` admitted.
  void release(const socket_address& remote);

  /// The message rate limit that an address's connections share.
  std::shared_ptr<shared_bucket> messages(const socket_address& remote);

  size_t connections() const;

  /// The number of refused connections.
  uint64_t refused() const;

private:
  struct entry {
    size_t count = 0;
    token_bucket bucket;
    std::shared_ptr<shared_bucket> messages;
  };

  entry& entry_of(const socket_address& remote);

  admission_outcome decide(entry& x, time_point now) const;

  void forget_idle(time_point now);

  const admission_limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<socket_address, entry> entries_;
  size_t connections_ = 0;
  uint64_t refused_ = 0;
  time_point last_sweep_{};
};

} // namespace troupe::net
