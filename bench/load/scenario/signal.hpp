#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

/// `peers` members in rooms of `size`, each with `window` pending requests at
/// all times: of four, two ask for the list of producers, one pauses its
/// producer and one resumes it, of which the room is notified. Measures
/// requests and pushes per second, the response time, and the CPU time of a
/// request with its pushes.
run_result run_signal(const run_options& options);

} // namespace troupe::load
