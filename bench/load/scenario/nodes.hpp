#pragma once

#include "bench/load/report/nodes_report.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <functional>

namespace troupe::load {

/// What `troupe-bench nodes` measures.
struct nodes_options {
  /// `run.seconds` and `run.receivers` apply to each run, `run.rooms` to those
  /// of one publisher and many receivers.
  run_options run;
  uint32_t rounds = 5;
  /// The number of rooms of one publisher and one receiver.
  uint32_t narrow_rooms = 40;
  /// The number of members on the other node whose memory is measured; 0 leaves
  /// that out.
  uint32_t remote_members = 4'000;
};

/// Compares one node with two, round by round: in each, the same members on one
/// node, and publishers and receivers on two. The order changes from round to
/// round. Then counts what the link carries, and measures the memory for
/// members of another node. Calls `progress` with a line for each step. Throws
/// run_error.
nodes_report
measure_nodes(const nodes_options& x,
              const std::function<void(const std::string&)>& progress);

} // namespace troupe::load
