#pragma once

#include "actors/cluster/admin_link.hpp"
#include "actors/http/admin_routes.hpp"
#include "actors/recording/recording_catalogue.hpp"
#include "actors/room/server_actor.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <memory>

namespace troupe::actors {

/// The cluster as the admin API of a node needs it.
struct admin_cluster {
  /// Null: there is no cluster.
  cluster_admin_actor actor;
  /// This node's name.
  std::string node;
};

/// A header of responses to other nodes: the node that has the member.
inline constexpr std::string_view elsewhere_header = "Troupe-Node";

/// A request to the admin API, and how to respond to it.
struct admin_job {
  admin_call call;
  net::http_responder respond;
  server_actor server;
  std::chrono::milliseconds timeout{5000};
  admin_cluster cluster = {};
  /// What other nodes are asked; empty without a cluster.
  admin_request original = {};
  /// Whether another node asks: it is told only what this node has.
  bool local_only = false;
  /// Null: this node has no recordings.
  std::shared_ptr<recording_catalogue> recordings = {};

  /// Whether other nodes are to be asked.
  bool may_ask() const {
    return cluster.actor && !local_only;
  }
};

/// Carries out everything but admin_action::get_server_stats: spawns an actor
/// that asks server, room and peer, responds once, and ends.
void start_admin_task(caf::actor_system& system, admin_job job);

/// Spawns an actor that carries out this job for the node that asks, and then
/// ends. `job.respond` is ignored.
admin_runner_actor spawn_admin_task(caf::actor_system& system, admin_job job);

} // namespace troupe::actors
