#pragma once

#include "bench/load/report/run_result.hpp"
#include "bench/load/scenario/plan.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <string_view>
#include <vector>

namespace troupe::load {

/// A scenario of the command line.
struct scenario_entry {
  std::string_view name;
  std::string_view help;
  /// The scenario's own defaults.
  run_options defaults;
  run_result (*run)(const run_options&);
};

const std::vector<scenario_entry>& all_scenarios();

/// The scenario of that name, or null.
const scenario_entry* find_scenario(std::string_view name);

/// The members and streams of the scenarios with media; see plan.hpp.
scenario_plan plan_of(const run_options& x);

/// Runs `options.scenario` once. Throws run_error or signaling_error if there
/// is no result.
run_result run_scenario(const run_options& options);

} // namespace troupe::load
