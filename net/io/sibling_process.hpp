#pragma once

#include <system_error>
#include <vector>

namespace troupe::net {

/// The other processes that run this very program as a server, by their ids:
/// as far as this user may see what they run, and from before an upgrade as
/// well.
std::vector<int> find_siblings();

/// Sends SIGUSR1 to one of them. Fails as ESRCH for any other process, which
/// might take it for its end.
std::error_code signal_sibling(int pid);

/// Waits until that process has ended. False where it cannot be watched.
bool await_end(int pid);

} // namespace troupe::net
