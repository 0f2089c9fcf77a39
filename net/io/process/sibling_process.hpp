#pragma once

#include <system_error>
#include <vector>

namespace troupe::net {

/// Returns the ids of the other processes that run this program as a server,
/// including one started before an upgrade. Finds only processes that this user
/// may inspect.
std::vector<int> find_siblings();

/// Sends SIGUSR1 to a process that find_siblings() would return. Fails with
/// ESRCH for any other process, which the signal might end.
std::error_code signal_sibling(int pid);

/// Waits until that process has ended. False if it cannot be watched.
bool await_end(int pid);

} // namespace troupe::net
