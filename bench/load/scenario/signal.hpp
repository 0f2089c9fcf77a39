#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

/// `peers` members in rooms of `size`, each with `window` requests under way
/// all the time: of four, two ask for the list of producers, one pauses its
/// producer and one resumes it, which the rest of the room is told. Tells
/// requests and pushes a second, the time to an answer, and the CPU time of a
/// request with the pushes that it causes.
run_result run_signal(const run_options& options);

} // namespace troupe::load
