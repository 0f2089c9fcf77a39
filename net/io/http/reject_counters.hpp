#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::net {

/// Why the HTTP server refused, closed or slowed down a client. Each such
/// action increments exactly one counter.
enum class reject_reason : uint8_t {
  /// The server's limit of connections or sessions is reached.
  server_full,
  /// The address's limit of connections or sessions is reached.
  address_full,
  /// This address connects too often.
  address_rate,
  /// The process has run out of descriptors or memory.
  accept_failed,
  /// The TLS handshake failed, or took too long.
  tls_failed,
  /// A request's header or body was not complete in time.
  request_slow,
  /// A request's header or body is too large.
  request_large,
  /// The request is not HTTP, or is ambiguous.
  request_malformed,
  /// The page's Origin may not use the server, or the Host is not its name.
  origin,
  /// The endpoint does not exist, or its dialect refused the handshake.
  handshake,
  /// A message is too large, or has too many fragments.
  message_large,
  /// A message was begun but not completed in time.
  message_slow,
  /// A WebSocket frame or an Engine.IO packet violates its protocol.
  frame_malformed,
  /// Text that is not UTF-8.
  not_utf8,
  /// A connection was slowed down because it sends messages too often.
  message_paced,
  /// A connection kept sending messages too often and was closed.
  message_rate,
  /// A connection was slowed down because its address sends too much.
  address_paced,
  /// A client reads too slowly.
  slow_reader,
  /// A client did not answer a ping.
  ping_timeout,
  /// A session had two polls or two POSTs at once.
  overlapping_requests,
  /// The upper layer closed the connection for a fault of the client.
  protocol_violation,
  /// A connection was not read for a while, because too many of its octets were
  /// undelivered.
  connection_backlog,
  /// The same, because of the undelivered octets of all connections.
  server_backlog,
};

inline constexpr size_t reject_reason_count = 23;

/// The name of the reason, as written above.
std::string_view to_string(reject_reason reason);

/// One counter per reason. Thread-safe.
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
