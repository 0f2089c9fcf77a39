#pragma once

#include "actors/base/log_limit.hpp"
#include "actors/cluster/cluster_actor.hpp"

namespace troupe::actors {

/// The actors of a node's part of its cluster, without the port: takes links
/// from any source that behaves like one.
class cluster_mesh : public net::cluster_port_listener {
public:
  /// `control` may be called until `stop` has returned.
  cluster_mesh(caf::actor_system& system, cluster_service_settings settings,
               link_control control);

  /// Calls `stop`.
  ~cluster_mesh() override;

  void link_opened(net::cluster_link link) override;

  void link_closed(uint64_t id, bool reset) override;

  void node_refused(const std::string& node) override;

  /// Logs the first refusal of each reason in a minute.
  void connection_refused(net::link_refusal why, std::string address) override;

  void identity_changed(const std::optional<std::string>& failure) override;

  /// Says goodbye and ends the actors. At most two seconds. Idempotent.
  void stop();

  /// Thread-safe. Without the port's figures.
  cluster_report report() const {
    return board_->read();
  }

  /// For the actors that have to do with rooms.
  cluster_rooms_actor rooms() const {
    return actor_;
  }

  /// For the admin API.
  cluster_admin_actor admin() const {
    return actor_;
  }

private:
  caf::actor_system& system_;
  std::shared_ptr<cluster_report_board> board_;
  cluster_actor actor_;
  // By reason.
  log::line_limit refusals_{1.0 / 60, 1};
  bool stopped_ = false;
};

} // namespace troupe::actors
