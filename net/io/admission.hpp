#pragma once

#include "net/base/time.hpp"
#include "net/transport_tuple.hpp"

#include <mutex>
#include <unordered_map>

namespace troupe::net {

/// Lets `rate` events a second pass, and `burst` at once. A rate of 0 means
/// no limit.
class token_bucket {
public:
  token_bucket(double rate, double burst)
      : rate_(rate)
      , burst_(burst)
      , tokens_(burst) {}

  /// Takes a token, or returns false where none is left.
  bool take(time_point now);

  /// When a token will be there, at the earliest.
  time_point next(time_point now) const;

private:
  void refill(time_point now);

  double rate_;
  double burst_;
  double tokens_;
  time_point last_{};
};

/// How many connections may exist, and how fast they may come. 0: no limit.
struct admission_limits {
  size_t max_connections = 20000;

  /// By remote IP address. Many users may share one behind a NAT.
  size_t max_per_address = 2000;

  /// New connections a second from one address, and at once.
  double address_rate = 200;
  double address_burst = 1000;
};

/// Counts the connections of a listener, overall and by remote address, and
/// refuses those beyond the limits. Thread-safe.
class admission {
public:
  explicit admission(admission_limits limits) : limits_(limits) {}

  /// Admits a connection from `remote`; each one admitted must be released.
  bool admit(const socket_address& remote, time_point now);

  /// Takes back what `admit` gave.
  void release(const socket_address& remote);

  size_t connections() const;

  /// How many have been refused.
  uint64_t refused() const;

private:
  struct entry {
    size_t count = 0;
    token_bucket bucket;
  };

  void forget_idle(time_point now);

  const admission_limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<socket_address, entry> entries_;
  size_t connections_ = 0;
  uint64_t refused_ = 0;
  time_point last_sweep_{};
};

} // namespace troupe::net
