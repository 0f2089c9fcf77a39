#include "actors/cluster/cluster_service.hpp"

#include "actors/cluster/cluster_mesh.hpp"

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
    mesh.stop();
    port.stop();
  }

  caf::actor_system& system;
  const net::cluster_preface self;
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

void cluster_service::stop() {
  impl_->stop();
}

uint16_t cluster_service::port() const {
  return impl_->port.port();
}

cluster_rooms_actor cluster_service::rooms() const {
  return impl_->mesh.rooms();
}

const net::cluster_preface& cluster_service::self() const {
  return impl_->self;
}

cluster_report cluster_service::report() const {
  auto out = impl_->mesh.report();
  out.port = impl_->port.stats();
  return out;
}

} // namespace troupe::actors
