#pragma once

#include <span>
#include <string>
#include <string_view>

namespace troupe::actors {

/// What a command came to: what it has to say, and the code to exit with.
struct command_outcome {
  std::string text;
  int exit_code = 0;
};

/// `troupe drain [--wait] [PID]`: has a running server empty itself, as
/// SIGUSR1 does. Without PID, the one that runs this program on this host;
/// with `--wait`, returns once it has ended. `arguments` are those after
/// "drain". Exit codes: 1 where there is no such server, or more than one to
/// choose from; 2 for arguments that are not understood.
command_outcome drain_server(std::span<const std::string_view> arguments);

} // namespace troupe::actors
