#pragma once

#include "bench/load/report/run_result.hpp"

#include <span>
#include <string>
#include <vector>

namespace troupe::load {

/// A line of a chart.
struct chart_series {
  std::string label;
  struct point {
    double x = 0;
    double y = 0;
  };
  /// In ascending order of x.
  std::vector<point> points;
};

/// A chart: axes from zero, linear.
struct chart {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<chart_series> series;
};

/// One room's throughput (packets/s out), CPU per packet and added latency (p50
/// and p99) by number of receivers, a line for each number of cores. Reads the
/// parameters "receivers" and "cores" of each run; void runs and runs without
/// "receivers" are left out; several runs with equal parameters are drawn as
/// their median.
std::vector<chart> scaling_charts(std::span<const run_result> runs);

/// The charts below each other as a stand-alone SVG, readable on light and dark
/// backgrounds (it follows prefers-color-scheme). Series differ by marker as
/// well as by colour. The same input gives the same octets.
std::string to_svg(std::span<const chart> charts);

/// Multiples of 1, 2 or 5 times a power of ten, from 0 to at least `largest`,
/// about `count` of them.
std::vector<double> axis_ticks(double largest, size_t count = 5);

} // namespace troupe::load
