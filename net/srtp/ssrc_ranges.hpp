#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace troupe::net {

/// A set of SSRCs in bounded memory, which stores consecutive SSRCs as one
/// range. Beyond `max_ranges` the two nearest ranges are merged, and the SSRCs
/// between them then belong to the set. So the set may contain more than was
/// inserted, never less.
class ssrc_ranges {
public:
  static constexpr size_t max_ranges = 512;

  bool contains(uint32_t ssrc) const {
    auto after = first_after(ssrc);
    return after != ranges_.begin() && std::prev(after)->last >= ssrc;
  }

  void insert(uint32_t ssrc) {
    if (contains(ssrc))
      return;
    auto at = ranges_.insert(first_after(ssrc), {ssrc, ssrc});
    if (auto after = std::next(at);
        after != ranges_.end() && after->first - 1 == ssrc)
      at = join(at);
    if (at != ranges_.begin() && std::prev(at)->last + 1 == ssrc)
      join(std::prev(at));
    if (ranges_.size() > max_ranges)
      join(nearest());
  }

  /// The number of ranges.
  size_t size() const {
    return ranges_.size();
  }

private:
  struct range {
    uint32_t first = 0;
    uint32_t last = 0;
  };

  using iterator = std::vector<range>::iterator;
  using const_iterator = std::vector<range>::const_iterator;

  const_iterator first_after(uint32_t ssrc) const {
    return std::ranges::upper_bound(ranges_, ssrc, {}, &range::first);
  }

  // Merges a range with the next one.
  iterator join(iterator x) {
    x->last = std::next(x)->last;
    return std::prev(ranges_.erase(std::next(x)));
  }

  // The range with the smallest gap to the next one.
  iterator nearest() {
    auto best = ranges_.begin();
    for (auto i = ranges_.begin(); std::next(i) != ranges_.end(); ++i)
      if (std::next(i)->first - i->last < std::next(best)->first - best->last)
        best = i;
    return best;
  }

  std::vector<range> ranges_; // ascending, with gaps between them
};

} // namespace troupe::net
