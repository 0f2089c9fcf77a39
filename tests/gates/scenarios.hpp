#pragma once

#include "tests/gates/gate_run.hpp"

namespace troupe::gates {

/// One member sends audio and video of 600 kbit/s to many.
scenario_plan broadcast(std::string load, size_t receivers);

/// Some members speak to each other and to many.
scenario_plan webinar(std::string load, size_t speakers, size_t receivers);

/// Rooms of seven in which all send audio and video of 600 kbit/s to all.
scenario_plan meetings(std::string load, size_t rooms);

/// One room in which all send audio and simulcast; each member sees one in the
/// size in which it is sent, and all others small.
scenario_plan large(std::string load, size_t members);

/// The scenarios that the gates run, each at three loads.
std::vector<scenario_plan> all_scenarios();

} // namespace troupe::gates
