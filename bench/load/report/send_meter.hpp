#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::load {

/// A server's counters so far of what it asks of the kernel, besides sends.
struct kernel_counters {
  /// Messages given to sendmmsg: single datagrams, and GSO runs.
  uint64_t messages = 0;
  uint64_t receive_calls = 0;
  /// Times that datagrams have ended the wait of an I/O thread.
  uint64_t wakeups = 0;
  /// Datagrams of RTCP received.
  uint64_t rtcp_received = 0;

  bool operator==(const kernel_counters&) const = default;
};

/// A server's counters of sent datagrams so far.
struct send_counters {
  uint64_t datagrams = 0;
  uint64_t calls = 0;
  /// GSO runs, which the kernel segments, and the datagrams in them.
  uint64_t runs = 0;
  uint64_t in_runs = 0;
  /// Absent with an older version.
  std::optional<kernel_counters> kernel = {};

  bool operator==(const send_counters&) const = default;
};

/// Parses them from Troupe's metrics in Prometheus' text format. Nothing if one
/// is missing, as with another server.
std::optional<send_counters> parse_send_counters(std::string_view metrics);

/// The value of a counter or gauge, by its name and labels as on the page; a
/// part of it after the decimal point is left out. Nothing if it is missing.
std::optional<uint64_t> parse_metric(std::string_view metrics,
                                     std::string_view name);

/// The same of the server at an IPv4 address, as read_send_counters().
std::optional<uint64_t> read_metric(const std::string& host, uint16_t port,
                                    std::string_view name);

/// Requests them from the server at an IPv4 address (`GET /metrics`). Nothing
/// if it has no such page or takes longer than a second.
std::optional<send_counters> read_send_counters(const std::string& host,
                                                uint16_t port);

} // namespace troupe::load
