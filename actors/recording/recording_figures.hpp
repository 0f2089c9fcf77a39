#pragma once

#include <atomic>
#include <cstdint>

namespace troupe::actors {

/// What is known of a node's recordings at one moment.
struct recording_reading {
  int64_t going_on = 0;
  uint64_t degraded = 0;  // times that the disk was too slow for all media
  uint64_t failed = 0;    // recordings that the disk or a defect has ended
  uint64_t recovered = 0; // recordings that an earlier process left unfinished
  uint64_t octets_written = 0;
  uint64_t octets_waiting = 0; // for the disk
  uint64_t write_failures = 0; // files that could not be written to their end
};

/// Figures of a node's recordings. Their actors write them; any thread reads
/// them.
struct recording_figures {
  std::atomic<int64_t> going_on{0};
  std::atomic<uint64_t> degraded{0};
  std::atomic<uint64_t> failed{0};
  std::atomic<uint64_t> recovered{0};
};

} // namespace troupe::actors
