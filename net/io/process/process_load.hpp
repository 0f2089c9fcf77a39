#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::net {

/// The CPU time, user and system, that all threads of this process have used.
duration process_cpu_time();

/// The number of cores this process may use: those that its affinity allows, or
/// fewer if a control group limits its CPU time (cgroup v2 `cpu.max`, v1
/// `cpu.cfs_quota_us`). At least 0.01.
double usable_cores();

/// The number of cores in the process's affinity.
double cores_of_affinity();

/// The CPU limit of its control group in cores; nullopt if unlimited.
std::optional<double> cpu_quota();

/// The memory limit of its control group in octets (v2 `memory.max`, v1
/// `memory.limit_in_bytes`); nullopt if unlimited.
std::optional<uint64_t> memory_limit();

/// The memory this process may use, in octets: the host's, or less if its
/// control group limits it.
uint64_t usable_memory();

/// The resident memory of this process in octets; 0 if unknown.
uint64_t resident_memory();

/// Returns to the system what the allocator keeps free for this thread, and
/// what it shares. Takes milliseconds. mimalloc keeps most of it by thread, and
/// only that thread can return it: call this on each.
void release_free_memory();

/// Parses a memory limit such as "1073741824". Nullopt for "max", and for
/// values beyond 2^60, with which v1 means unlimited.
std::optional<uint64_t> parse_memory_max(std::string_view text);

/// Parses the text of `cpu.max` into cores: "200000 100000" is 2. Nullopt for
/// "max 100000" and any other text.
std::optional<double> parse_cpu_max(std::string_view text);

/// The path of this process's control group for the CPU (or another controller
/// of v1), from the text of /proc/self/cgroup: the v2 path (`0::/path`), or
/// that of v1's controller; see cgroups(7).
struct cgroup_path {
  std::string_view path;
  bool v2 = false;

  bool operator==(const cgroup_path&) const = default;
};
std::optional<cgroup_path> parse_cgroup(std::string_view text,
                                        std::string_view controller = "cpu");

} // namespace troupe::net
