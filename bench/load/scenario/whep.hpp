#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/run_options.hpp"

namespace troupe::load {

/// One member sends to `receivers` viewers by WHEP.
run_result run_whep(const run_options& options);

} // namespace troupe::load
