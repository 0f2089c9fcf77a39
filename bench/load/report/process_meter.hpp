#pragma once

#include "net/base/time.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::load {

/// What one living thread had used when it was sampled.
struct thread_sample {
  std::string name;
  std::chrono::nanoseconds cpu{0};
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;
};

/// What a process and its descendants had used at one moment.
struct process_sample {
  net::time_point at;

  /// User and system time of all threads, dead ones included, and of all
  /// descendants, to the nanosecond; of descendants that have ended, to the
  /// kernel's tick (10 ms).
  std::chrono::nanoseconds cpu{0};

  /// The two parts of it as the kernel's ticks have them: right to about
  /// 10 ms, so they do not add up to `cpu` exactly.
  std::chrono::nanoseconds user{0};
  std::chrono::nanoseconds system{0};

  /// The living threads of the process and its descendants, by their ids.
  std::map<pid_t, thread_sample> threads;

  /// Resident memory of process and descendants in octets, and their
  /// proportional share of it (PSS). 0 where not asked for.
  uint64_t resident = 0;
  uint64_t proportional = 0;
};

/// Whether a sample reads memory as well. That holds the process's memory map
/// for up to milliseconds, so leave it out while latency is measured.
enum class with_memory : bool { no, yes };

/// Reads what `pid` has used by now from /proc and its CPU clock. Nothing
/// where there is no such process.
std::optional<process_sample>
sample_process(pid_t pid, with_memory memory = with_memory::no);

/// What the threads of one name used between two samples.
struct thread_usage {
  std::string name;
  size_t threads = 0;
  std::chrono::nanoseconds cpu{0};
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;
};

/// What a process used between two samples.
struct process_usage {
  std::chrono::nanoseconds elapsed{0};
  std::chrono::nanoseconds cpu{0};
  std::chrono::nanoseconds user{0};
  std::chrono::nanoseconds system{0};
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;

  /// The threads that lived at the second sample, one entry a name, the
  /// busiest first. Less than `cpu` by what threads used that have ended.
  std::vector<thread_usage> by_name;
};

/// The difference of two samples of one process, `first` the earlier. A thread
/// that started in between counts from zero; one that ended keeps its CPU
/// time in the total, but its switches are lost.
process_usage usage_between(const process_sample& first,
                            const process_sample& second);

/// The members of /proc/<pid>/stat that the meter needs (proc(5)).
struct stat_line {
  pid_t parent = 0;
  uint64_t user_ticks = 0;
  uint64_t system_ticks = 0;
  uint64_t children_user_ticks = 0;
  uint64_t children_system_ticks = 0;
};

/// Reads a line of /proc/<pid>/stat. The name in it may hold any characters,
/// spaces and parentheses included.
std::optional<stat_line> parse_stat(std::string_view text);

/// Nanoseconds on a CPU: the first member of /proc/<pid>/task/<tid>/schedstat.
std::optional<std::chrono::nanoseconds> parse_schedstat(std::string_view text);

/// The number that follows `key` and a colon at the start of a line, as in
/// /proc/<pid>/status and smaps_rollup; a unit after it is not applied.
std::optional<uint64_t> parse_field(std::string_view text,
                                    std::string_view key);

} // namespace troupe::load
