#include "actors/node/node_cluster.hpp"

#include "actors/base/live_objects.hpp"
#include "actors/cluster/cluster_caf.hpp"
#include "actors/config/cluster_keys.hpp"
#include "net/base/rng.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

// The objects of all nodes of this process, of which there is more than one in
// tests only.
uint32_t count_objects(object_kind kind) {
  return static_cast<uint32_t>(std::max<int64_t>(live_object::count(kind), 0));
}

// Any number but 0, which means none.
uint64_t draw_incarnation() {
  return net::make_secure_rng()->u64() | 1;
}

} // namespace

void prepare_cluster(const config::cluster_keys& keys,
                     caf::actor_system_config& out) {
  if (!keys.name.empty())
    load_cluster_modules(out);
}

node_facts read_node_facts(const overload_state_board& board) {
  return {board.cpu(), board.drain().active(), count_objects(object_kind::room),
          count_objects(object_kind::peer)};
}

std::optional<std::string>
start_cluster(const config::cluster_keys& keys, net::media_port& port,
              const socket_actor& sockets, caf::actor_system& system,
              net::io_threads& threads,
              std::shared_ptr<const overload_state_board> board,
              std::unique_ptr<cluster_service>& out) {
  if (keys.name.empty())
    return std::nullopt;
  if (auto fault = find_cluster_fault(keys))
    return fault;
  cluster_service_settings settings;
  settings.port = to_cluster_port(keys, port.port());
  settings.port.self.incarnation = draw_incarnation();
  settings.heartbeat = keys.heartbeat;
  settings.timeout = keys.timeout;
  settings.public_url = keys.public_url;
  settings.facts = [board = std::move(board)] {
    return read_node_facts(*board);
  };
  auto made =
      std::make_unique<cluster_service>(system, threads, std::move(settings));
  if (auto failure = made->start())
    return failure;
  net::transport_tuple path;
  path.local = made->self().media;
  path.path = port.path_from(path.local).value_or(0);
  made->probe_media(port, path, sockets);
  out = std::move(made);
  return std::nullopt;
}

std::shared_ptr<const room_cluster>
to_room_cluster(const cluster_service* cluster,
                std::shared_ptr<const media_services> media) {
  if (!cluster)
    return nullptr;
  const auto& self = cluster->self();
  return std::make_shared<const room_cluster>(
      room_cluster{cluster->rooms(), self.node, self.incarnation, self.media,
                   std::move(media)});
}

admin_cluster to_admin_cluster(const cluster_service* cluster) {
  if (!cluster)
    return {};
  return {cluster->admin(), cluster->self().node};
}

} // namespace troupe::actors
