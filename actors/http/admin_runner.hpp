#pragma once

#include "actors/http/admin_task.hpp"

#include <caf/fwd.hpp>

namespace troupe::actors {

/// Spawns the actor that answers the requests of other nodes' admin APIs from
/// what this node has. It checks no token: the other node did.
admin_runner_actor spawn_admin_runner(caf::actor_system& system,
                                      server_actor server,
                                      admin_cluster cluster,
                                      std::chrono::milliseconds timeout);

} // namespace troupe::actors
