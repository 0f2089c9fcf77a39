#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

/// The scenarios about members that join, stay and leave, rather than about a
/// steady flow of media.
namespace troupe::load {

/// `joins` members join within `join_seconds` into `rooms` rooms, each with one
/// active sender. Measures the join times.
run_result run_storm(const run_options& options);

/// `peers` members are connected and send nothing: measures the memory and CPU
/// time of each. Then one more member joins each room and produces: measures
/// the memory of a consumer.
run_result run_idle(const run_options& options);

/// Meetings in which `changes_per_second` members leave and rejoin for
/// `seconds`: compares the memory at the end with that at the start.
run_result run_churn(const run_options& options);

} // namespace troupe::load
