#pragma once

#include <vector>

namespace troupe::load {

/// The value at `share` (0 to 1) of ascending `sorted` values, which are not
/// none: between two neighbours where the place is none of theirs (type 7 of
/// Hyndman and Fan).
double quantile_of(const std::vector<double>& sorted, double share);

/// The middle of `values`, or the mean of the two in the middle; 0 of none.
double median_of(std::vector<double> values);

} // namespace troupe::load
