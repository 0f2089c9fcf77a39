#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

/// The scenarios that are about members coming, staying and going, rather than
/// about a steady flow of media.
namespace troupe::load {

/// `joins` members come within `join_seconds` into `rooms` rooms, in each of
/// which somebody speaks. Tells how long joining takes.
run_result run_storm(const run_options& options);

/// `peers` members are connected, and silent: memory of each, and the CPU time
/// that they cost. Then one more comes to each room and produces, which tells
/// the memory of a consumer.
run_result run_idle(const run_options& options);

/// Meetings, of whose members `changes_per_second` leave and come again for
/// `seconds`: memory at the end by memory at the begin.
run_result run_churn(const run_options& options);

} // namespace troupe::load
