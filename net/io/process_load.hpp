#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::net {

/// The CPU time, user and system, that all threads of this process have used.
duration process_cpu_time();

/// How many cores this process may use: those that its affinity allows, or
/// less where a control group limits its CPU time (cgroup v2 `cpu.max`, v1
/// `cpu.cfs_quota_us`). Never less than a hundredth.
double usable_cores();

/// How many cores its affinity allows.
double cores_of_affinity();

/// How many cores' time its control group leaves it; nothing without a limit.
std::optional<double> cpu_quota();

/// How many octets of memory its control group leaves it (v2 `memory.max`, v1
/// `memory.limit_in_bytes`); nothing without a limit.
std::optional<uint64_t> memory_limit();

/// How many octets of memory this process may use: the host's, or less where
/// its control group limits it.
uint64_t usable_memory();

/// How many octets of memory this process has in use; 0 where the system does
/// not say.
uint64_t resident_memory();

/// Gives memory that the allocator keeps free back to the system. Takes
/// milliseconds.
void release_free_memory();

/// Reads a limit of memory: "1073741824" is one, "max" is none. Nor is one
/// beyond 2^60, by which v1 says that there is none.
std::optional<uint64_t> parse_memory_max(std::string_view text);

/// Reads a quota of CPU time, in cores, from the text of `cpu.max`: "200000
/// 100000" is 2, "max 100000" is none. Anything else is none, too.
std::optional<double> parse_cpu_max(std::string_view text);

/// The path of this process's group in the hierarchy that concerns the CPU, or
/// what else v1 has a controller for, from the text of /proc/self/cgroup: that
/// of v2 (`0::/path`), or of v1's controller; see cgroups(7).
struct cgroup_path {
  std::string_view path;
  bool v2 = false;

  bool operator==(const cgroup_path&) const = default;
};
std::optional<cgroup_path> parse_cgroup(std::string_view text,
                                        std::string_view controller = "cpu");

} // namespace troupe::net
