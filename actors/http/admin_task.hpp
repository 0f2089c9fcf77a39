#pragma once

#include "actors/http/admin_routes.hpp"
#include "actors/room/server_actor.hpp"

#include <caf/fwd.hpp>

#include <chrono>

namespace troupe::actors {

/// A request to the admin API, and how to respond to it.
struct admin_job {
  admin_call call;
  net::http_responder respond;
  server_actor server;
  std::chrono::milliseconds timeout{5000};
};

/// Carries out everything but admin_action::get_server_stats: spawns an actor
/// that asks server, room and peer, responds once, and ends.
void start_admin_task(caf::actor_system& system, admin_job job);

} // namespace troupe::actors
