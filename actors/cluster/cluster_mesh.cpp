#include "actors/cluster/cluster_mesh.hpp"

#include "actors/base/log.hpp"
#include "actors/cluster/cluster_links.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace troupe::actors {

namespace {

/// The actor itself answers after half a second at the latest.
constexpr auto stop_time = std::chrono::seconds{2};

// A report from the beginning, also before the actor has run.
std::shared_ptr<cluster_report_board>
make_board(caf::actor_system& system,
           const cluster_service_settings& settings) {
  auto out = std::make_shared<cluster_report_board>();
  out->publish(first_report(settings, system.clock().now()));
  return out;
}

} // namespace

cluster_mesh::cluster_mesh(caf::actor_system& system,
                           cluster_service_settings settings,
                           link_control control)
    : system_(system)
    , board_(make_board(system, settings))
    , actor_(spawn_cluster(system,
                           {std::move(settings), std::move(control), board_})) {
}

cluster_mesh::~cluster_mesh() {
  stop();
}

void cluster_mesh::link_opened(net::cluster_link link) {
  caf::anon_send(actor_, actors::link_opened{
                             std::make_shared<open_link>(std::move(link))});
}

void cluster_mesh::link_closed(uint64_t id, bool) {
  caf::anon_send(actor_, actors::link_closed{id});
}

void cluster_mesh::node_refused(const std::string& node) {
  caf::anon_send(actor_, actors::node_refused{node});
}

void cluster_mesh::connection_refused(net::link_refusal why,
                                      std::string address) {
  // Seeds may name this very node, and two nodes may dial each other.
  if (why == net::link_refusal::self || why == net::link_refusal::duplicate)
    return;
  const std::string reason{net::to_string(why)};
  if (const auto withheld =
          refusals_.admit(reason, std::chrono::steady_clock::now()))
    log::event(log::level::warn, "cluster-refused",
               {{"why", reason},
                {"address", std::move(address)},
                {"before", std::to_string(*withheld)}});
}

void cluster_mesh::identity_changed(const std::optional<std::string>& failure) {
  if (failure)
    log::event(log::level::error, "cluster-certificate-refused",
               {{"why", *failure}, {"in-use", "the previous one"}});
  else
    log::event(log::level::info, "cluster-certificate-changed");
}

void cluster_mesh::stop() {
  if (std::exchange(stopped_, true))
    return;
  caf::scoped_actor self{system_};
  self->request(actor_, stop_time, leave_cluster{})
      .receive([](done) {}, [](const caf::error&) {});
  // Ends the actor also if it failed to answer.
  caf::anon_send_exit(actor_, caf::exit_reason::kill);
  self->wait_for(actor_);
}

} // namespace troupe::actors
