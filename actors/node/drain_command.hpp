#pragma once

#include <span>
#include <string>
#include <string_view>

namespace troupe::actors {

/// The outcome of a command: the text to print and the exit code.
struct command_outcome {
  std::string text;
  int exit_code = 0;
};

/// `troupe drain [--wait] [PID]`: makes a running server drain, as SIGUSR1
/// does. Without PID, the one that runs this program on this host; with
/// `--wait`, returns once it has ended. `arguments` are those after "drain".
/// Exit codes: 1 if there is no such server, or more than one to choose from; 2
/// for invalid arguments.
command_outcome drain_server(std::span<const std::string_view> arguments);

} // namespace troupe::actors
