#pragma once

#include "bench/load/report/compare.hpp"
#include "bench/load/scenario/capacity.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <string>
#include <variant>
#include <vector>

namespace troupe::load {

/// Run one scenario.
struct run_command {
  run_options options;
};

/// Measure the floor and nothing else.
struct floor_command {
  uint32_t repetitions = 15;
};

/// Alternate two servers under one scenario.
struct compare_command {
  run_options options;
  server_under_test a;
  server_under_test b;
  uint32_t rounds = 5;
  std::string json;
};

/// Find the most rooms of a scenario that hold at a time.
struct capacity_command {
  run_options options;
  capacity_options how;
};

/// Draw what runs have written.
struct plot_command {
  std::vector<std::string> files;
  std::string out = "scaling.svg";
};

/// Print a text and leave: help, and every mistake.
struct exit_command {
  std::string text;
  int code = 0;
};

using any_command =
    std::variant<exit_command, run_command, floor_command, compare_command,
                 capacity_command, plot_command>;

/// Reads the command line, program name excluded. `default_binary` is the
/// server to launch where none is named.
any_command read_command_line(std::vector<std::string> arguments,
                              const std::string& default_binary);

} // namespace troupe::load
