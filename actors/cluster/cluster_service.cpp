#include "actors/cluster/cluster_service.hpp"

#include "actors/cluster/cluster_mesh.hpp"
#include "actors/cluster/media_probe_actor.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace troupe::actors {

namespace {

cluster_service_settings with_levels(cluster_service_settings x) {
  x.port.self.level = cluster_level;
  x.port.self.oldest_level = oldest_cluster_level;
  return x;
}

} // namespace

struct cluster_service::impl {
  impl(caf::actor_system& sys, net::io_threads& threads,
       const cluster_service_settings& x)
      : system(sys)
      , self(x.port.self)
      , heartbeat(x.heartbeat)
      , mesh(system, x,
             {[this](uint64_t link) { port.close(link); },
              [this](const std::string& node, std::chrono::milliseconds time) {
                port.quarantine(node, time);
              }})
      , port(threads, x.port, mesh) {}

  ~impl() {
    stop();
  }

  void stop() {
    if (auto ended = std::exchange(probe, nullptr)) {
      caf::scoped_actor waiting{system};
      caf::anon_send_exit(ended, caf::exit_reason::user_shutdown);
      waiting->wait_for(ended);
    }
    mesh.stop();
    port.stop();
  }

  caf::actor_system& system;
  const net::cluster_preface self;
  const std::chrono::milliseconds heartbeat;
  media_probe_actor probe;
  const std::shared_ptr<udp_state_board> ways =
      std::make_shared<udp_state_board>();
  cluster_mesh mesh;
  net::cluster_port port;
};

cluster_service::cluster_service(caf::actor_system& system,
                                 net::io_threads& threads,
                                 cluster_service_settings settings)
    : impl_(std::make_unique<impl>(system, threads,
                                   with_levels(std::move(settings)))) {}

cluster_service::~cluster_service() = default;

std::optional<std::string> cluster_service::start() {
  return impl_->port.start();
}

void cluster_service::probe_media(net::datagram_sink& port,
                                  const net::transport_tuple& path,
                                  const socket_actor& sockets) {
  impl_->probe = spawn_media_probe(
      impl_->system, {impl_->self.incarnation, path, &port, sockets,
                      [mesh = &impl_->mesh] { return mesh->report(); },
                      impl_->heartbeat, impl_->ways});
}

void cluster_service::stop() {
  impl_->stop();
}

uint16_t cluster_service::port() const {
  return impl_->port.port();
}

cluster_rooms_actor cluster_service::rooms() const {
  return impl_->mesh.rooms();
}

cluster_admin_actor cluster_service::admin() const {
  return impl_->mesh.admin();
}

const net::cluster_preface& cluster_service::self() const {
  return impl_->self;
}

cluster_report cluster_service::report() const {
  auto out = impl_->mesh.report();
  out.port = impl_->port.stats();
  impl_->ways->add_to(out);
  return out;
}

} // namespace troupe::actors
