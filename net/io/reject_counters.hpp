#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::net {

/// Why the HTTP server turned a client away, cut it off or slowed it down.
/// Each such act increments exactly one counter.
enum class reject_reason : uint8_t {
  /// There are as many connections or sessions as the server may have.
  server_full,
  /// There are as many from this address as it may have.
  address_full,
  /// This address connects too often.
  address_rate,
  /// The process has run out of descriptors or memory.
  accept_failed,
  /// The TLS handshake failed, or took too long.
  tls_failed,
  /// A request's header or body did not come in time.
  request_slow,
  /// A request's header or body is too large.
  request_large,
  /// What came is not HTTP, or can be read in more than one way.
  request_malformed,
  /// The page's origin may not use the server, or the Host is not its name.
  origin,
  /// There is no such endpoint, or its dialect refused the handshake.
  handshake,
  /// A message is too large, or has too many fragments.
  message_large,
  /// A message was begun and not ended in time.
  message_slow,
  /// A WebSocket frame or an Engine.IO packet against the rules.
  frame_malformed,
  /// Text that is not UTF-8.
  not_utf8,
  /// A connection was slowed down because it sends messages too often.
  message_paced,
  /// A connection went on like that, and was closed.
  message_rate,
  /// A connection was slowed down because its address sends too much.
  address_paced,
  /// A client reads too slowly.
  slow_reader,
  /// A client did not answer a ping.
  ping_timeout,
  /// Two polls or two POSTs of one session at once.
  overlapping_requests,
  /// What the layer above closes with a code for the client's fault.
  protocol_violation,
  /// A connection was not read for a while: too much of what it has sent waits
  /// to be taken.
  connection_backlog,
  /// The same, because too much of what all connections have sent waits.
  server_backlog,
};

inline constexpr size_t reject_reason_count = 23;

/// The name of the reason, as written above.
std::string_view to_string(reject_reason reason);

/// A counter per reason. Thread-safe.
class reject_counters {
public:
  void add(reject_reason reason) {
    counts_[static_cast<size_t>(reason)].fetch_add(1,
                                                   std::memory_order_relaxed);
  }

  uint64_t operator[](reject_reason reason) const {
    return counts_[static_cast<size_t>(reason)].load(std::memory_order_relaxed);
  }

private:
  std::array<std::atomic<uint64_t>, reject_reason_count> counts_{};
};

} // namespace troupe::net
