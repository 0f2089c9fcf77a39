#pragma once

#include "net/base/time.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::net {

/// What the system says of this process.
struct process_facts {
  duration cpu_time{};
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t threads = 0;
  uint64_t open_files = 0;
  /// How many it may open; 0 where there is no limit.
  uint64_t max_files = 0;
  /// When it began, in seconds since 1970.
  double start_time = 0;
};

/// Reads them, from /proc for the most part.
process_facts read_process_facts();

/// The part of them that is in /proc/self/stat, see proc(5): memory, threads
/// and, in `start_time`, seconds since the system began. All zero where the
/// text is of another form.
process_facts parse_process_stat(std::string_view text, uint64_t page_size,
                                 uint64_t ticks_per_second);

} // namespace troupe::net
