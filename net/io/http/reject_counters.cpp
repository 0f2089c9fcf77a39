#include "net/io/http/reject_counters.hpp"

namespace troupe::net {

std::string_view to_string(reject_reason reason) {
  static constexpr std::array<std::string_view, reject_reason_count> names = {
      "server_full",
      "address_full",
      "address_rate",
      "accept_failed",
      "tls_failed",
      "request_slow",
      "request_large",
      "request_malformed",
      "origin",
      "handshake",
      "message_large",
      "message_slow",
      "frame_malformed",
      "not_utf8",
      "message_paced",
      "message_rate",
      "address_paced",
      "slow_reader",
      "ping_timeout",
      "overlapping_requests",
      "protocol_violation",
      "connection_backlog",
      "server_backlog",
  };
  auto index = static_cast<size_t>(reason);
  return index < names.size() ? names[index] : "invalid";
}

} // namespace troupe::net
