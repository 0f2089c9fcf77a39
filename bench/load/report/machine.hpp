#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::load {

/// The machine on which a figure was measured.
struct machine_info {
  std::string cpu;
  unsigned cores = 0;
  std::string kernel;

  /// Load average of the last minute before the run began.
  double load = 0;

  bool operator==(const machine_info&) const = default;
};

/// This machine, now.
machine_info this_machine();

/// CPU time of all CPUs since boot, in the kernel's ticks (/proc/stat).
struct cpu_ticks {
  uint64_t busy = 0;
  uint64_t idle = 0;

  /// Time in which the hypervisor ran other guests.
  uint64_t stolen = 0;
};

/// Parses the first line of /proc/stat; zeros if it is malformed.
cpu_ticks parse_cpu_ticks(std::string_view text);

/// Reads the ticks now.
cpu_ticks machine_ticks();

/// The share from 0 to 1 of an interval that was stolen.
double stolen_share(const cpu_ticks& first, const cpu_ticks& second);

/// Now in UTC as ISO 8601, "2026-01-31T12:00:00Z".
std::string utc_now();

/// The short commit of the work tree that contains `path`, with "+" if tracked
/// files were changed; "unknown" outside of a work tree.
std::string commit_at(const std::string& path);

} // namespace troupe::load
