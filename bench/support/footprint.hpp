#pragma once

#include <malloc.h>

#include <algorithm>
#include <fstream>

namespace troupe::bench {

/// The memory of this process, in octets.
struct footprint {
  double heap = 0; // in use, as malloc counts it
  double rss = 0;  // resident

  static footprint now() {
    auto info = mallinfo2();
    std::ifstream statm{"/proc/self/statm"};
    size_t total = 0;
    size_t resident = 0;
    statm >> total >> resident;
    return {static_cast<double>(info.uordblks + info.hblkhd),
            static_cast<double>(resident) * 4096};
  }

  /// The larger of each.
  footprint max(const footprint& other) const {
    return {std::max(heap, other.heap), std::max(rss, other.rss)};
  }

  footprint operator-(const footprint& other) const {
    return {heap - other.heap, rss - other.rss};
  }
};

} // namespace troupe::bench
