#pragma once

#include "actors/http/admin_task.hpp"
#include "actors/http/metrics.hpp"
#include "actors/http/recording_downloads.hpp"
#include "actors/room/server_actor.hpp"
#include "net/auth/secret.hpp"
#include "net/io/http/http_types.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace troupe::actors {

/// What the admin API needs.
struct admin_settings {
  /// Grants everything to a request that bears it. Empty: there is no API.
  net::secret token;
  bool enabled = false;
  std::chrono::milliseconds request_timeout{5000};
};

/// The HTTP API under /api/v1: rooms, peers, statistics. Each request is one
/// short-lived actor, which asks the other actors, so that no I/O thread waits.
/// docs/openapi.json describes it.
class admin_api {
public:
  /// `stats` returns the server's own statistics. `system` outlives this
  /// object. In a cluster, what other nodes have is asked of them.
  admin_api(caf::actor_system& system, server_actor server,
            admin_settings settings, std::function<metrics_snapshot()> stats,
            admin_cluster cluster = {},
            std::shared_ptr<recording_catalogue> recordings = {},
            std::shared_ptr<const recording_downloads> downloads = {});

  /// Handles requests below the prefix only. May respond from any thread.
  bool handle(const net::http_request& request,
              const net::http_responder& respond);

private:
  // The response to an unauthorized or preflight request, or nothing.
  std::optional<net::http_response>
  check(const net::http_request& request) const;

  caf::actor_system& system_;
  const server_actor server_;
  const admin_settings settings_;
  const std::function<metrics_snapshot()> stats_;
  const admin_cluster cluster_;
  const std::shared_ptr<recording_catalogue> recordings_;
  const std::shared_ptr<const recording_downloads> downloads_;
};

/// Reads the token's file. On failure, returns one line for the operator.
std::optional<std::string> read_admin_token(const config::admin_keys& keys,
                                            admin_settings& out);

} // namespace troupe::actors
