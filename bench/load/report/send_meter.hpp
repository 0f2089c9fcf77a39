#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::load {

/// How a server sends: what its counters say so far.
struct send_counters {
  uint64_t datagrams = 0;
  uint64_t calls = 0;
  /// Runs that it left to the kernel to cut, and the datagrams in them.
  uint64_t runs = 0;
  uint64_t in_runs = 0;

  bool operator==(const send_counters&) const = default;
};

/// Reads them out of Troupe's metrics in Prometheus' text format. Nothing where
/// one is missing: another server's, or none.
std::optional<send_counters> parse_send_counters(std::string_view metrics);

/// Asks the server at an IPv4 address for them (`GET /metrics`). Nothing where
/// it has no such page or takes longer than a second.
std::optional<send_counters> read_send_counters(const std::string& host,
                                                uint16_t port);

} // namespace troupe::load
