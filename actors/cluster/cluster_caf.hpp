#pragma once

#include <caf/fwd.hpp>

namespace troupe::actors {

/// Prepares CAF for a cluster, before its system starts: loads its middleman,
/// and names the messages of cluster_messages.hpp. CAF itself opens no port,
/// and sends no heartbeats, since link_hello is one.
///
/// A program that contains this function also gives each actor system a random
/// number in place of the process id. Otherwise two containers on one host,
/// each with process 1, have the same node id, and CAF refuses to link them.
void load_cluster_modules(caf::actor_system_config& settings);

} // namespace troupe::actors
