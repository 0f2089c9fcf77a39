#pragma once

#include "net/cluster/preface.hpp"
#include "net/cluster/seed_address.hpp"
#include "net/io/cluster/cluster_port.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace troupe::net {

/// The result of a check of another node.
enum class node_probe_result : uint8_t {
  /// A node answers, and its certificate contains its name.
  works,
  /// The host name has no address.
  no_address,
  /// No connection by TCP.
  no_connection,
  /// TLS fails: this node does not accept the other's certificate.
  bad_certificate,
  /// TLS fails otherwise, mostly since the other does not accept this node's
  /// certificate, or what listens there is no node.
  no_node,
  /// The name that it gives is not in its certificate.
  name_not_certified,
};

/// What a check of another node has found.
struct node_probe {
  node_probe_result result = node_probe_result::no_address;
  /// The address that was tried.
  socket_address address;
  /// The system's or the TLS library's reason; may be empty.
  std::string why;
  /// What it says of itself, if it `works` or its name is not certified.
  cluster_preface remote;
  /// How far its wall clock is ahead of this host's, too little by the time
  /// that its preface was under way; nothing if it does not say.
  std::optional<std::chrono::milliseconds> clock_offset;
};

/// Asks the nodes at all addresses of a seed, 16 at most, who they are:
/// connects by TLS with this node's identity and reads the preface, but sends
/// none, so that no link comes into being. The other node counts a refusal.
/// Waits up to `patience` for each step, besides the name service, which has
/// limits of its own. For programs that may block. Without usable files it
/// returns nothing.
std::vector<node_probe> probe_seed(const seed_address& seed,
                                   const cluster_files& files,
                                   const std::string& node,
                                   std::chrono::seconds patience);

} // namespace troupe::net
