#pragma once

#include "bench/load/report/compare.hpp"
#include "bench/load/scenario/capacity.hpp"
#include "bench/load/scenario/nodes.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <string>
#include <variant>
#include <vector>

namespace troupe::load {

/// Run one scenario.
struct run_command {
  run_options options;
};

/// Measure only the floor.
struct floor_command {
  uint32_t repetitions = 15;
};

/// Run two servers in turn with one scenario.
struct compare_command {
  run_options options;
  server_under_test a;
  server_under_test b;
  uint32_t rounds = 5;
  std::string json;
};

/// Find the highest number of rooms of a scenario that hold at a time.
struct capacity_command {
  run_options options;
  capacity_options how;
};

/// Compare one node with two.
struct nodes_command {
  nodes_options options;
};

/// Draw the results of runs.
struct plot_command {
  std::vector<std::string> files;
  std::string out = "scaling.svg";
};

/// Print a text and exit: help, or an error in the command line.
struct exit_command {
  std::string text;
  int code = 0;
};

using any_command =
    std::variant<exit_command, run_command, floor_command, compare_command,
                 capacity_command, nodes_command, plot_command>;

/// Parses the command line, program name excluded. `default_binary` is the
/// server to launch if none is given.
any_command read_command_line(std::vector<std::string> arguments,
                              const std::string& default_binary);

} // namespace troupe::load
