#pragma once

#include "bench/load/report/run_result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::load {

/// Reads the runs of result files: each holds one run, a list of runs, or a
/// comparison, of which all runs are taken. Fails at the first file that cannot
/// be read or holds none of these.
outcome<std::vector<run_result>>
read_results(const std::vector<std::string>& paths);

/// Writes `text` to a file, replacing an existing one.
outcome<void> write_file(const std::string& path, std::string_view text);

} // namespace troupe::load
