#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/local_messages.hpp"
#include "actors/base/messages.hpp"
#include "actors/cluster/admin_link.hpp"
#include "actors/cluster/cluster_service.hpp"
#include "actors/cluster/gateway_actor.hpp"
#include "actors/cluster/room_link.hpp"

#include <caf/node_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace troupe::actors {

/// A link of the port, with its descriptor.
class open_link {
public:
  explicit open_link(net::cluster_link x) : link_(std::move(x)) {}

  open_link(const open_link&) = delete;
  open_link& operator=(const open_link&) = delete;

  /// Closes the descriptor if nobody took it.
  ~open_link();

  const net::cluster_link& link() const {
    return link_;
  }

  int take_descriptor();

private:
  net::cluster_link link_;
};

struct link_opened {
  std::shared_ptr<open_link> link;
};

/// The link is gone; see net::cluster_port_listener.
struct link_closed {
  uint64_t id = 0;
};

/// See net::cluster_port_listener.
struct node_refused {
  std::string node;
};

/// INTERNAL: CAF learned which process is at the other end of a link.
struct link_named {
  uint64_t id = 0;
  caf::node_id process;
};

/// INTERNAL: a link that this node dialled yielded a gateway, or failed.
struct link_connected {
  uint64_t id = 0;
  std::optional<gateway_v1_actor> gateway;
};

/// Leaves the cluster and ends the actor. Answered when all links are closed,
/// or after half a second.
struct leave_cluster {};

/// INTERNAL: time for a hello, or for a deadline.
struct cluster_tick {};

/// The CLUSTER actor interface: owns the links, and knows the other nodes and
/// their rooms.
using cluster_actor = caf::typed_actor<
    // See cluster_rooms_actor.
    caf::reacts_to<attach_room>, caf::reacts_to<detach_room>,
    caf::reacts_to<room_message_to>, caf::reacts_to<report_violation>,
    caf::replies_to<where_is>::with<room_nodes>,
    // See cluster_admin_actor.
    caf::reacts_to<serve_admin>, caf::replies_to<ask_node>::with<node_answer>,
    caf::replies_to<find_nodes>::with<nodes_found>,
    caf::replies_to<list_remote_rooms>::with<remote_room_page>,
    // See gateway_owner_actor.
    caf::reacts_to<from_node<link_hello>>, caf::reacts_to<from_node<seen>>,
    caf::reacts_to<from_node<rooms_changed>>,
    caf::reacts_to<from_node<rooms_snapshot>>,
    caf::reacts_to<from_node<goodbye>>, caf::reacts_to<from_node<room_message>>,
    caf::reacts_to<from_node<admin_ask>>,
    caf::reacts_to<from_node<admin_answer>>, caf::reacts_to<unknown_message>,
    // Hands the link to CAF.
    caf::reacts_to<link_opened>,
    // Forgets the link. Its node is suspect unless it has another one.
    caf::reacts_to<link_closed>,
    // Declares the node dead, if it is suspect.
    caf::reacts_to<node_refused>,
    // INTERNAL: see the structs.
    caf::reacts_to<link_named>, caf::reacts_to<link_connected>,
    caf::reacts_to<cluster_tick>,
    // Leaves the cluster.
    caf::replies_to<leave_cluster>::with<done>>;

/// The latest report, from the cluster actor to any thread.
class cluster_report_board {
public:
  void publish(cluster_report x) {
    std::lock_guard guard{mutex_};
    report_ = std::move(x);
  }

  cluster_report read() const {
    std::lock_guard guard{mutex_};
    return report_;
  }

private:
  mutable std::mutex mutex_;
  cluster_report report_;
};

/// What the cluster actor may do to a link. Called on any thread.
struct link_control {
  std::function<void(uint64_t link)> close;
  std::function<void(const std::string& node, std::chrono::milliseconds time)>
      quarantine;
};

/// Parameters of the cluster actor.
struct cluster_actor_settings {
  cluster_service_settings service;
  link_control control;
  std::shared_ptr<cluster_report_board> board;
};

/// Spawns the cluster actor of a node, and its gateway.
cluster_actor spawn_cluster(caf::actor_system& system,
                            cluster_actor_settings settings);

} // namespace troupe::actors
