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

/// The usage of one living thread at the time of a sample.
struct thread_sample {
  std::string name;
  std::chrono::nanoseconds cpu{0};
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;
};

/// The usage of a process and its descendants at one moment.
struct process_sample {
  net::time_point at;

  /// User and system time of all threads, ended ones included, and of all
  /// descendants, in nanoseconds; of ended descendants in kernel ticks (10 ms).
  std::chrono::nanoseconds cpu{0};

  /// The two parts of `cpu` in kernel ticks: accurate to about 10 ms, so their
  /// sum may differ from `cpu`.
  std::chrono::nanoseconds user{0};
  std::chrono::nanoseconds system{0};

  /// The living threads of the process and its descendants, by thread id.
  std::map<pid_t, thread_sample> threads;

  /// Resident memory of process and descendants in octets, and their
  /// proportional share of it (PSS). 0 if not requested.
  uint64_t resident = 0;
  uint64_t proportional = 0;
};

/// Whether a sample reads memory as well. Reading locks the process's memory
/// map for up to milliseconds, so omit it while latency is measured.
enum class with_memory : bool { no, yes };

/// Reads the usage of `pid` so far from /proc and its CPU clock. Nothing if
/// there is no such process.
std::optional<process_sample>
sample_process(pid_t pid, with_memory memory = with_memory::no);

/// The usage of the threads of one name between two samples.
struct thread_usage {
  std::string name;
  size_t threads = 0;
  std::chrono::nanoseconds cpu{0};
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;
};

/// The usage of a process between two samples.
struct process_usage {
  std::chrono::nanoseconds elapsed{0};
  std::chrono::nanoseconds cpu{0};
  std::chrono::nanoseconds user{0};
  std::chrono::nanoseconds system{0};
  uint64_t voluntary_switches = 0;
  uint64_t involuntary_switches = 0;

  /// The threads that lived at the second sample, one entry per name, the
  /// busiest first. Their sum lacks the usage of threads that have ended.
  std::vector<thread_usage> by_name;
};

/// The difference of two samples of one process, `first` the earlier. A thread
/// that started in between counts from zero; an ended thread's CPU time is in
/// the total, but its context switches are lost.
process_usage usage_between(const process_sample& first,
                            const process_sample& second);

/// The fields of /proc/<pid>/stat that the meter needs (proc(5)).
struct stat_line {
  pid_t parent = 0;
  uint64_t user_ticks = 0;
  uint64_t system_ticks = 0;
  uint64_t children_user_ticks = 0;
  uint64_t children_system_ticks = 0;
};

/// Parses a line of /proc/<pid>/stat. The process name may contain any
/// characters, including spaces and parentheses.
std::optional<stat_line> parse_stat(std::string_view text);

/// Nanoseconds on a CPU: the first field of /proc/<pid>/task/<tid>/schedstat.
std::optional<std::chrono::nanoseconds> parse_schedstat(std::string_view text);

/// The number after `key` and a colon at the start of a line, as in
/// /proc/<pid>/status and smaps_rollup; ignores a unit after it.
std::optional<uint64_t> parse_field(std::string_view text,
                                    std::string_view key);

} // namespace troupe::load
