#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

/// One room of `peers` members who only signal. Phase by phase, each with
/// figures of its own:
/// - they all join, `joining` at a time: joins a second, and what one costs;
/// - some more join and leave one by one: frames and octets that the room is
///   sent for each;
/// - one speaker pauses and resumes, `broadcasts_per_second`: the time until
///   each member has been told;
/// - a hundred speakers do, `busy_broadcasts_per_second` together: what a
///   message costs the server;
/// - where asked for, a share of the members stops reading, or some of them
///   flood the server: what the others notice of it.
run_result run_hall(const run_options& options);

} // namespace troupe::load
