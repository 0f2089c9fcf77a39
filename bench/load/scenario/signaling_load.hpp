#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

/// The signaling load of one room of `peers` members without media, phase by
/// phase, each with figures of its own:
/// - all members join, `joining` at a time: joins per second, and the cost of
///   one;
/// - others join and leave one by one: frames and octets sent to the room for
///   each;
/// - one speaker pauses and resumes, `broadcasts_per_second`: the time until
///   every member has been notified;
/// - a hundred speakers do so, `busy_broadcasts_per_second` in total: the cost
///   of a message to the server;
/// - on request, a share of the members stops reading, or some members flood
///   the server: the effect on the others.
run_result run_signaling_load(const run_options& options);

} // namespace troupe::load
