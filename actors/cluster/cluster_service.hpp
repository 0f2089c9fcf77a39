#pragma once

#include "actors/cluster/admin_link.hpp"
#include "actors/cluster/cluster_report.hpp"
#include "actors/cluster/room_link.hpp"
#include "actors/io/socket_actor.hpp"
#include "actors/load/overload_state_board.hpp"
#include "net/base/datagram_sink.hpp"
#include "net/io/cluster/cluster_port.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace troupe::net {
class io_threads;
} // namespace troupe::net

namespace troupe::actors {

/// What a node tells the others each second beside its name.
struct node_facts {
  double load = 0;
  bool draining = false;
  uint32_t rooms = 0;
  uint32_t members = 0;
};

/// Parameters of the cluster service.
struct cluster_service_settings {
  net::cluster_settings port;
  /// How often each node says that it lives (`cluster.heartbeat`), and after
  /// what silence it counts as dead (`cluster.timeout`).
  std::chrono::milliseconds heartbeat{500};
  std::chrono::milliseconds timeout{2000};
  std::string public_url;
  /// Read on any thread.
  std::function<node_facts()> facts;
};

/// A node's part of its cluster: the port, and the actors that speak to the
/// other nodes. Exists only if `cluster.name` is set.
class cluster_service {
public:
  /// `system` has loaded CAF's middleman (cluster_caf.hpp). It and `threads`
  /// outlive this object.
  cluster_service(caf::actor_system& system, net::io_threads& threads,
                  cluster_service_settings settings);

  cluster_service(const cluster_service&) = delete;
  cluster_service& operator=(const cluster_service&) = delete;

  /// Calls `stop`.
  ~cluster_service();

  /// Returns one line for the operator on failure.
  std::optional<std::string> start();

  /// Begins to find out whether media passes between this node and the others.
  /// Probes leave by `port`, which outlives the service, on `path`, and come by
  /// `sockets`. Once at most, after `start`.
  void probe_media(net::datagram_sink& port, const net::transport_tuple& path,
                   const socket_actor& sockets);

  /// Says goodbye and ends the actors. Idempotent.
  void stop();

  /// The port on which other nodes reach this one.
  uint16_t port() const;

  /// Thread-safe.
  cluster_report report() const;

  /// What this node's rooms use of the cluster.
  cluster_rooms_actor rooms() const;

  /// What this node's admin API uses of it.
  cluster_admin_actor admin() const;

  /// What this node says of itself.
  const net::cluster_preface& self() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace troupe::actors
