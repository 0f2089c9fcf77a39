#pragma once

#include "net/io/cluster/cluster_port.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::actors {

/// What this node knows of another.
enum class node_state : uint8_t {
  /// The link is up.
  connected,
  /// The link broke less than `cluster.timeout` ago; what is known of the node
  /// still holds.
  suspect,
  /// It does not answer.
  dead,
};

constexpr size_t node_state_count = 3;

std::string_view to_string(node_state x);

/// Whether datagrams as large as media pass between the ports for media of two
/// nodes.
enum class udp_state : uint8_t {
  /// Not known yet.
  unknown,
  /// They pass both ways.
  works,
  /// None comes from the other node.
  incoming_lost,
  /// They come from it, and none that this node sends arrives there.
  outgoing_lost,
};

constexpr size_t udp_state_count = 4;

std::string_view to_string(udp_state x);

/// A node of the cluster, as another sees it.
struct node_report {
  std::string name;
  uint64_t incarnation = 0;
  node_state state = node_state::connected;
  /// The level of messages that both understand.
  uint16_t level = 0;
  /// The CPU time in use, as a share of what it may use: 0 to 1.
  double load = 0;
  bool draining = false;
  /// "address:port" for media.
  std::string media;
  /// Where clients reach it (`cluster.public-url`); empty if unknown.
  std::string public_url;
  /// The number of its rooms and members.
  uint32_t rooms = 0;
  uint32_t members = 0;
  /// The round-trip time of the link, smoothed.
  std::chrono::microseconds rtt{0};
  /// How far its wall clock is ahead of this node's.
  std::chrono::milliseconds clock_offset{0};
  /// Since when the state holds, in milliseconds of this node's steady clock.
  std::chrono::milliseconds since{0};
  /// Octets sent on the link that it has not acknowledged.
  uint64_t unacknowledged = 0;
  /// The way for media between it and this node.
  udp_state udp = udp_state::unknown;
};

/// What this node knows of its cluster, at one moment.
struct cluster_report {
  std::string cluster;
  /// This node first, as it tells others about itself; then by name.
  std::vector<node_report> nodes;
  net::cluster_port_stats port;
  /// How often a node became suspect, and was declared dead.
  uint64_t suspected = 0;
  uint64_t died = 0;
  /// Messages of other nodes that broke a rule.
  uint64_t violations = 0;
  uint64_t quarantined = 0;
  /// Messages that no handler of this level knows.
  uint64_t unknown_messages = 0;
};

} // namespace troupe::actors
