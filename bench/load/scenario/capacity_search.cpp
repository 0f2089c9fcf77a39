#include "bench/load/scenario/capacity_search.hpp"

#include <algorithm>

namespace troupe::load {

namespace {

/// The number of failures after which a load counts as the border.
constexpr uint32_t failures_to_confirm = 2;

} // namespace

capacity_search::capacity_search(const search_range& x) : range_(x) {
  range_.most = std::max(range_.most, 1u);
  range_.first = std::clamp(range_.first, 1u, range_.most);
}

std::optional<uint32_t> capacity_search::next() const {
  auto high = highest();
  auto failed = border();
  if (!failed && high == range_.most)
    return std::nullopt;
  if (!failed)
    return high == 0                ? range_.first
           : high > range_.most / 2 ? range_.most
                                    : 2 * high;
  auto gap = *failed - high;
  auto near = static_cast<uint32_t>(range_.precision * high);
  if (gap > std::max(near, 1u))
    return high + gap / 2;
  if (tried_.at(*failed).failures < failures_to_confirm)
    return failed;
  return std::nullopt;
}

void capacity_search::add(uint32_t load, bool held) {
  auto& x = tried_[load];
  x.held = x.held || held;
  x.failures += held ? 0 : 1;
}

void capacity_search::revoke(uint32_t load) {
  // Higher loads that have held prove no more than the revoked one did.
  for (auto at = tried_.upper_bound(load); at != tried_.end(); ++at)
    at->second.held = false;
  tried_[load] = {false, failures_to_confirm};
}

uint32_t capacity_search::highest() const {
  uint32_t out = 0;
  for (const auto& [load, x] : tried_)
    if (x.held)
      out = load;
  return out;
}

std::optional<uint32_t> capacity_search::border() const {
  for (auto at = tried_.upper_bound(highest()); at != tried_.end(); ++at)
    if (at->second.failures > 0)
      return at->first;
  return std::nullopt;
}

} // namespace troupe::load
