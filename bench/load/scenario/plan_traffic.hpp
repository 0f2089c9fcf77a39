#pragma once

#include "bench/load/report/batched_floor.hpp"
#include "bench/load/scenario/plan.hpp"

namespace troupe::load {

/// What the batched floor forwards for a plan: the streams that are sent and
/// received at its beginning, and the RTCP that browsers would send, which is
/// transport-wide feedback ten times a second for video, and a report each
/// second. `seed` as for traffic_pattern.
floor_traffic traffic_of(const scenario_plan& plan, uint64_t seed);

} // namespace troupe::load
