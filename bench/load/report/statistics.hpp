#pragma once

#include <vector>

namespace troupe::load {

/// The quantile `share` (0 to 1) of ascending `sorted` values, which must not
/// be empty; interpolates between neighbours (type 7 of Hyndman and Fan).
double quantile_of(const std::vector<double>& sorted, double share);

/// The median of `values`, or the mean of the two in the middle; 0 if empty.
double median_of(std::vector<double> values);

} // namespace troupe::load
