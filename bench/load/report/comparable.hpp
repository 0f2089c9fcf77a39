#pragma once

#include "bench/load/report/run_result.hpp"

#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace troupe::load {

/// Runs that were made in ways that do not permit to compare their figures.
class incomparable_runs : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// How the packets of frames arrived in a run: its label "arrivals". Results
/// without one are older than the label and had "burst".
std::string arrivals_of(const run_result& run);

/// Why the figures of these runs must not be compared: some had spaced
/// arrivals, others bursts. Nothing if they may be. Runs without media fit all
/// others.
std::optional<std::string> why_incomparable(std::span<const run_result> runs);

} // namespace troupe::load
