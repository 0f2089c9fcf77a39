#pragma once

#include "net/base/time.hpp"

#include <optional>
#include <string_view>

namespace troupe::net {

/// The CPU time, user and system, that all threads of this process have used.
duration process_cpu_time();

/// How many cores this process may use: those that its affinity allows, or
/// less where a control group limits its CPU time (cgroup v2 `cpu.max`, v1
/// `cpu.cfs_quota_us`). Never less than a hundredth.
double usable_cores();

/// Reads a quota of CPU time, in cores, from the text of `cpu.max`: "200000
/// 100000" is 2, "max 100000" is none. Anything else is none, too.
std::optional<double> parse_cpu_max(std::string_view text);

/// The path of this process's group in the hierarchy that concerns the CPU,
/// from the text of /proc/self/cgroup: that of v2 (`0::/path`), or of v1's
/// controller `cpu`; see cgroups(7).
struct cgroup_path {
  std::string_view path;
  bool v2 = false;

  bool operator==(const cgroup_path&) const = default;
};
std::optional<cgroup_path> parse_cgroup(std::string_view text);

} // namespace troupe::net
