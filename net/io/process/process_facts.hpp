#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::net {

/// What the system reports about this process.
struct process_facts {
  duration cpu_time{};
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t threads = 0;
  uint64_t open_files = 0;
  /// The maximum of open files; 0 if unlimited.
  uint64_t max_files = 0;
  /// When the process started, in seconds since 1970.
  double start_time = 0;
};

/// Reads the facts, mostly from /proc.
process_facts read_process_facts();

/// Reads the facts in /proc/self/stat, see proc(5): memory, threads and, in
/// `start_time`, seconds since boot. All zero if the text has another format.
process_facts parse_process_stat(std::string_view text, uint64_t page_size,
                                 uint64_t ticks_per_second);

} // namespace troupe::net
