#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::load {

/// The machine a figure was measured on.
struct machine_info {
  std::string cpu;
  unsigned cores = 0;
  std::string kernel;

  /// Load average of the last minute before the run began: what else ran.
  double load = 0;

  bool operator==(const machine_info&) const = default;
};

/// This machine, now.
machine_info this_machine();

/// Time of all CPUs since boot, in the kernel's ticks (/proc/stat).
struct cpu_ticks {
  uint64_t busy = 0;
  uint64_t idle = 0;

  /// Time in which the hypervisor ran somebody else.
  uint64_t stolen = 0;
};

/// Reads the first line of /proc/stat; zeros where it is none.
cpu_ticks parse_cpu_ticks(std::string_view text);

/// Reads them now.
cpu_ticks machine_ticks();

/// The share of a span of time that was stolen, from 0 to 1.
double stolen_share(const cpu_ticks& first, const cpu_ticks& second);

/// Now in UTC as ISO 8601, "2026-01-31T12:00:00Z".
std::string utc_now();

/// The short commit of the work tree that holds `path`, with "+" where tracked
/// files were changed; "unknown" outside of one.
std::string commit_at(const std::string& path);

} // namespace troupe::load
