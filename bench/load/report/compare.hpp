#pragma once

#include "bench/load/report/run_result.hpp"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::load {

/// One of the two sides of a comparison: a binary to launch for each run, or a
/// server that runs already.
struct server_under_test {
  /// "A" or "B", or what the user calls it.
  std::string name;

  std::string binary;
  std::vector<std::string> arguments;

  /// Of a running server: the base of its signaling, and the process to meter.
  std::string url;
  pid_t pid = 0;
};

/// Runs the scenario once against one server.
using run_once = std::function<run_result(const server_under_test&)>;

/// A quantity that two servers are compared by.
struct compared_metric {
  std::string name;

  /// Nothing where the run does not have it.
  std::function<std::optional<double>(const run_result&)> value;

  /// Whether less is better; throughput is the other way round.
  bool less_is_better = true;
};

/// CPU per packet and its ratio to the floor, packets/s out, latency of audio
/// and video, join, context switches per packet, octets per peer and consumer.
std::vector<compared_metric> default_metrics();

/// How B relates to A in one metric over all pairs.
struct paired_ratio {
  std::string metric;
  bool less_is_better = true;

  /// Pairs of good runs that both had a value above 0.
  size_t pairs = 0;

  /// Geometric mean of B by A.
  double ratio = 1;

  /// Its 95 % confidence interval: Student's t on the logarithms of the
  /// pairs' ratios. None of fewer than three pairs.
  std::optional<double> low;
  std::optional<double> high;

  /// Medians of the runs behind it.
  double median_a = 0;
  double median_b = 0;

  /// Whether the interval leaves out 1: the difference is not chance.
  bool significant() const;
};

/// The outcome of a comparison.
struct comparison {
  /// The servers' names, with binary and arguments, or URL.
  std::string name_a;
  std::string name_b;

  std::vector<paired_ratio> ratios;

  /// Packets lost through each server, over all good pairs.
  uint64_t lost_a = 0;
  uint64_t lost_b = 0;

  /// All runs in the order in which they were made, labelled "side" A or B.
  std::vector<run_result> runs;

  /// Pairs left out since one of their runs was void, and why.
  std::vector<std::string> left_out;
};

/// Runs the two servers in turn, `rounds` pairs in the order AB BA AB BA, so
/// that a drift of the machine weighs on both alike. A pair with a void run is
/// left out, and made again at the end, at most `rounds` further pairs in all.
comparison
compare(const server_under_test& a, const server_under_test& b,
        const run_once& run, size_t rounds,
        const std::vector<compared_metric>& metrics = default_metrics());

/// The ratio of pairs (A, B) as compare() gives it; pairs with a value that is
/// not above 0 are left out.
paired_ratio ratio_of(const std::vector<std::pair<double, double>>& pairs);

/// `result` for a person at a terminal.
std::string to_table(const comparison& result);

/// `result` with all its runs as one JSON object.
std::string to_json(const comparison& result);

} // namespace troupe::load
