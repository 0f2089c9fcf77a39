#pragma once

#include "actors/cluster/admin_asks.hpp"
#include "actors/cluster/basp_link.hpp"
#include "actors/cluster/cluster_actor.hpp"
#include "actors/cluster/flow_window.hpp"
#include "actors/cluster/neighbour_table.hpp"
#include "actors/cluster/violation_meter.hpp"

#include <map>
#include <optional>

namespace troupe::actors {

/// A link, from its hand-over by the port until the port has closed it.
struct cluster_link_state {
  net::cluster_link facts;
  net::time_point opened;
  /// CAF's id of the other process, once it is known.
  caf::node_id process;
  /// The other node's gateway, once it is known. Never used for another link:
  /// CAF does not revive a handle.
  std::optional<gateway_v1_actor> gateway;
  /// The other node has said hello.
  bool up = false;
  bool closing = false;
  flow_window window;
  /// What this node asks that one for operators, and is asked.
  admin_asks asks;
  served_asks served;
};

/// The links of a node. Part of the cluster actor's state.
class cluster_links {
public:
  cluster_link_state& add(const net::cluster_link& facts, net::time_point now) {
    auto& x = by_id_[facts.id];
    x.facts = facts;
    x.opened = now;
    return x;
  }

  void remove(uint64_t id) {
    by_id_.erase(id);
  }

  cluster_link_state* find(uint64_t id) {
    auto i = by_id_.find(id);
    return i == by_id_.end() ? nullptr : &i->second;
  }

  /// The open link on which this actor's process sends.
  cluster_link_state* find(const caf::node_id& process) {
    for (auto& [id, x] : by_id_)
      if (x.process && x.process == process && !x.closing)
        return &x;
    return nullptr;
  }

  cluster_link_state* find(const caf::actor_addr& gateway) {
    for (auto& [id, x] : by_id_)
      if (x.gateway && x.gateway->address() == gateway)
        return &x;
    return nullptr;
  }

  std::map<uint64_t, cluster_link_state>& all() {
    return by_id_;
  }

  bool empty() const {
    return by_id_.empty();
  }

private:
  std::map<uint64_t, cluster_link_state> by_id_;
};

/// About how many octets a message takes on a link, for its flow window.
uint64_t wire_size(const link_hello& x);
uint64_t wire_size(const seen& x);
uint64_t wire_size(const rooms_changed& x);
uint64_t wire_size(const rooms_snapshot& x);
uint64_t wire_size(const goodbye& x);
uint64_t wire_size(const room_message& x);
uint64_t wire_size(const admin_ask& x);
uint64_t wire_size(const admin_answer& x);

/// What the operator is told of a neighbour, but for its link.
node_report to_report(const cluster_neighbour& x);

/// A report of this node alone, which has been in the cluster since `started`.
cluster_report first_report(const cluster_service_settings& settings,
                            net::time_point started);

/// Milliseconds of the steady clock.
std::chrono::milliseconds to_milliseconds(net::time_point x);

} // namespace troupe::actors
