#pragma once

#include "bench/load/report/run_result.hpp"

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe::load {

/// One of the two sides of a comparison: a binary to launch for each run, or a
/// running server.
struct server_under_test {
  /// "A" or "B", or a name given by the user.
  std::string name;

  std::string binary;
  std::vector<std::string> arguments;

  /// Of a running server: the base URL of its signaling, the process to meter.
  std::string url;
  pid_t pid = 0;
};

/// Runs the scenario once against one server.
using run_once = std::function<run_result(const server_under_test&)>;

/// A quantity by which two servers are compared.
struct compared_metric {
  std::string name;

  /// Returns nothing if the run lacks it.
  std::function<std::optional<double>(const run_result&)> value;

  /// Whether less is better; false for throughput.
  bool less_is_better = true;
};

/// CPU per packet and its ratios to the floors, packets/s out, latency of
/// audio, video and whole frames, join, context switches per packet, octets per
/// peer and consumer.
std::vector<compared_metric> default_metrics();

/// The ratio of B to A in one metric over all pairs.
struct paired_ratio {
  std::string metric;
  bool less_is_better = true;

  /// The number of pairs of valid runs in which both values are above 0.
  size_t pairs = 0;

  /// The geometric mean of B divided by A.
  double ratio = 1;

  /// The 95 % confidence interval: Student's t on the logarithms of the pairs'
  /// ratios. Absent with fewer than three pairs.
  std::optional<double> low;
  std::optional<double> high;

  /// The medians of the runs.
  double median_a = 0;
  double median_b = 0;

  /// Whether the interval excludes 1: the difference is significant.
  bool significant() const;
};

/// The result of a comparison.
struct comparison {
  /// The servers' names, with binary and arguments, or URL.
  std::string name_a;
  std::string name_b;

  std::vector<paired_ratio> ratios;

  /// Packets lost by each server, over all valid pairs.
  uint64_t lost_a = 0;
  uint64_t lost_b = 0;

  /// All runs in order, labelled "side" A or B.
  std::vector<run_result> runs;

  /// Pairs left out because one of their runs was void, with the reasons.
  std::vector<std::string> left_out;
};

/// Runs the two servers in turn, `rounds` pairs in the order AB BA AB BA, so
/// that a drift of the machine affects both alike. A pair with a void run is
/// left out, and repeated at the end: at most `rounds` more. Throws
/// incomparable_runs (see comparable.hpp) if the servers' packets arrived in
/// different ways.
comparison
compare(const server_under_test& a, const server_under_test& b,
        const run_once& run, size_t rounds,
        const std::vector<compared_metric>& metrics = default_metrics());

/// The ratio of pairs (A, B) as in compare(); pairs with a value that is not
/// above 0 are left out.
paired_ratio ratio_of(const std::vector<std::pair<double, double>>& pairs);

/// `result` as a table for a terminal.
std::string to_table(const comparison& result);

/// `result` with all its runs as one JSON object.
std::string to_json(const comparison& result);

} // namespace troupe::load
