#pragma once

#include "actors/base/ids.hpp"
#include "actors/base/local_messages.hpp"
#include "actors/cluster/admin_messages.hpp"
#include "actors/cluster/room_link.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// A request to the admin API of a node.
struct admin_request {
  std::string method;
  /// Path and query, percent-encoded.
  std::string target;
  std::string body;
};

/// Why a node did not answer.
enum class ask_fault : uint8_t {
  none,
  /// There is no link to it, or the link broke.
  unreachable,
  /// Too many requests to it wait already.
  busy,
  /// It took longer than `admin_asks::timeout`.
  timeout,
  /// It broke the rules of answers.
  broken,
};

std::string_view to_string(ask_fault x);

/// What a node answered, or why it did not.
struct node_answer {
  ask_fault fault = ask_fault::none;
  /// Of HTTP, from 200 to 599.
  uint16_t status = 0;
  /// With the status 421, the node that has the member.
  std::string elsewhere;
  /// Not checked to be JSON.
  std::string body;
};

/// Answers requests on behalf of other nodes, from what its own node has.
using admin_runner_actor =
    caf::typed_actor<caf::replies_to<admin_request>::with<node_answer>>;

/// From now on this actor answers what other nodes ask. It ends with the
/// cluster's actor.
struct serve_admin {
  admin_runner_actor runner;
};

/// Asks another node.
struct ask_node {
  std::string node;
  admin_request what;
};

/// Asks which other nodes have these rooms.
struct find_nodes {
  std::vector<room_id> rooms;
};

/// For each of them the names, sorted.
struct nodes_found {
  std::vector<std::vector<std::string>> nodes;
};

/// Requests the rooms of other nodes after `after`, by name.
struct list_remote_rooms {
  room_id after;
  size_t limit = 100;
};

/// A room that other nodes have.
struct remote_room {
  room_id room;
  std::vector<std::string> nodes; // sorted
};

/// Some of them, ordered by name.
struct remote_room_page {
  std::vector<remote_room> rooms;
  /// There are more after the last one.
  bool more = false;
};

/// The CLUSTER ADMIN actor interface: what the admin API uses of the cluster.
using cluster_admin_actor =
    caf::typed_actor<caf::reacts_to<serve_admin>,
                     // Answers after `admin_asks::timeout` at the latest.
                     caf::replies_to<ask_node>::with<node_answer>,
                     // Both answer from what the other nodes have told, at
                     // once.
                     caf::replies_to<find_nodes>::with<nodes_found>,
                     caf::replies_to<list_remote_rooms>::with<remote_room_page>,
                     caf::reacts_to<report_violation>>;

} // namespace troupe::actors
