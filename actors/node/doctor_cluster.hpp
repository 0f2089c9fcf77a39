#pragma once

#include "actors/config/config.hpp"
#include "net/io/cluster/identity_facts.hpp"
#include "net/io/cluster/node_probe.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

struct finding;

/// What the nodes at one seed have answered.
struct seed_fact {
  /// As in the configuration.
  std::string seed;
  std::vector<net::node_probe> answers;
};

/// Facts about this host's part of a cluster.
struct cluster_facts {
  /// This node's name.
  std::string node;
  net::identity_facts identity;
  bool key_readable_by_all = false;
  /// Where other nodes would send media, if `rtc.port` is not bound there.
  std::string unbound_media;
  /// Without those at `cluster.listen` itself.
  std::vector<seed_fact> seeds;
  /// The levels of messages that this version understands.
  uint16_t level = 0;
  uint16_t oldest_level = 0;
};

/// Collects them, which takes up to some seconds for each seed that does not
/// answer; nothing without a cluster.
std::optional<cluster_facts> gather_cluster_facts(const config& settings);

/// Adds the findings on the cluster; one if there is none.
void diagnose_cluster(const config::cluster_keys& settings,
                      const std::optional<cluster_facts>& facts,
                      std::chrono::system_clock::time_point now,
                      std::vector<finding>& out);

} // namespace troupe::actors
