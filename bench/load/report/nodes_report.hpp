#pragma once

#include "bench/load/report/compare.hpp"

namespace troupe::load {

/// Pairs of runs with the same members: on one node, and with publishers and
/// receivers on two.
struct node_rounds {
  std::vector<run_result> one;
  std::vector<run_result> two; // costs are those of the node that is measured

  /// Ratios of two nodes to one, in CPU per packet. Pairs with a void run are
  /// left out, unless `lenient`.
  paired_ratio cpu(bool lenient = false) const;

  /// The milliseconds that the second node adds to a quantile of the packets'
  /// latency, one for each pair.
  std::vector<double> added(double time_quantiles::*which,
                            bool lenient = false) const;

  /// The median share of a core that the measured node used.
  double share(bool of_two) const;
};

/// What the link between two nodes carries of one publisher with three
/// encodings.
struct link_figures {
  /// Packets that the publisher sent, and that its node sent to the other, in
  /// the same time.
  uint64_t published = 0;
  uint64_t carried = 0;

  /// Packets per second: planned for the lowest encoding, and carried at the
  /// end of the time in which all receivers want that only.
  double lowest_planned = 0;
  double lowest_carried = 0;

  /// Seconds after the receivers' last request until the link carried that
  /// only, and until it was silent after they had paused. Absent if that did
  /// not happen. The counters are a second old at most.
  std::optional<double> lowest_after;
  std::optional<double> silent_after;
};

/// The memory of a node for members of another one.
struct remote_memory {
  uint32_t members = 0;
  std::optional<double> octets_each; // resident
};

/// A number of packets so far, at a time in seconds.
struct counted_packets {
  double at = 0;
  uint64_t packets = 0;
};

/// The first of these times from which on at most `rate` packets per second
/// came, on average, to the end; nothing if the last two seconds had more.
std::optional<double> settled_after(const std::vector<counted_packets>& samples,
                                    double rate);

/// The result of `troupe-bench nodes`.
struct nodes_report {
  /// Rooms of one publisher and one receiver. With two nodes the publisher's
  /// is measured: each packet goes to the other node.
  node_rounds narrow;

  /// Rooms of one publisher and many receivers. With two nodes the receivers'
  /// is measured.
  node_rounds wide;
  uint32_t receivers = 0; // of each of these rooms

  std::optional<link_figures> link;
  std::optional<remote_memory> memory;

  bool lenient = false; // void runs count
};

/// `x` as a table for a terminal, with the goals.
std::string to_table(const nodes_report& x);

/// `x` with all its runs as one JSON object.
std::string to_json(const nodes_report& x);

} // namespace troupe::load
