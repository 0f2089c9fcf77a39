#pragma once

#include "net/io/cluster/cluster_port.hpp"

#include <chrono>
#include <string>

namespace troupe::net {

/// What an operator needs to know of a node's identity.
struct identity_facts {
  /// Why the files cannot be used, or other nodes would refuse the certificate,
  /// in one line that names the key; empty if all is well.
  std::string fault;
  /// When the certificate expires; the epoch if it cannot be read.
  std::chrono::system_clock::time_point not_after;
  /// The number of certificates in the CA's file. Each can make nodes.
  size_t authorities = 0;
  /// The subject of one of them that this host trusts for all purposes, as it
  /// does public CAs; empty if there is none.
  std::string public_authority;
};

/// Reads the files of the node with this name, and checks them as the node does
/// at its start.
identity_facts read_identity(const cluster_files& files,
                             const std::string& node);

} // namespace troupe::net
