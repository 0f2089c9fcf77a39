#include "bench/load/report/statistics.hpp"

#include <algorithm>

namespace troupe::load {

double quantile_of(const std::vector<double>& sorted, double share) {
  auto position = share * static_cast<double>(sorted.size() - 1);
  auto below = static_cast<size_t>(position);
  auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below]
         + (position - static_cast<double>(below))
               * (sorted[above] - sorted[below]);
}

double median_of(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::ranges::sort(values);
  return quantile_of(values, 0.5);
}

} // namespace troupe::load
