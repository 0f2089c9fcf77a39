#pragma once

#include "actors/cluster/cluster_service.hpp"
#include "actors/config/config.hpp"
#include "actors/http/admin_task.hpp"
#include "actors/room/room_cluster.hpp"

#include <caf/fwd.hpp>

#include <memory>
#include <optional>
#include <string>

/// INTERNAL to the node: its part of a cluster. Nothing of it exists while
/// `cluster.name` is empty.
namespace troupe::actors {

/// Loads what CAF needs for a cluster, if there is one. Call it before the
/// actor system starts.
void prepare_cluster(const config::cluster_keys& keys,
                     caf::actor_system_config& out);

/// What this node tells the others of itself: the board's load and drain, and
/// the numbers of rooms and members. Thread-safe.
node_facts read_node_facts(const overload_state_board& board);

/// Makes and starts this node's part of the cluster; `out` stays empty if there
/// is none. Other nodes are to send media to `port`, whose datagrams `sockets`
/// routes. Returns one line for the operator on failure. `port`, `system` and
/// `threads` outlive the service.
std::optional<std::string>
start_cluster(const config::cluster_keys& keys, net::media_port& port,
              const socket_actor& sockets, caf::actor_system& system,
              net::io_threads& threads,
              std::shared_ptr<const overload_state_board> board,
              std::unique_ptr<cluster_service>& out);

/// What the node's rooms need of it; null if there is no cluster.
std::shared_ptr<const room_cluster>
to_room_cluster(const cluster_service* cluster,
                std::shared_ptr<const media_services> media);

/// What the node's admin API needs of it; nothing if there is no cluster.
admin_cluster to_admin_cluster(const cluster_service* cluster);

} // namespace troupe::actors
