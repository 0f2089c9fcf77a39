#pragma once

#include "bench/load/report/server_process.hpp"
#include "bench/load/scenario/run_options.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::load {

/// Servers on loopback and free ports: one that is alone, or the nodes of one
/// cluster. They end with this object, and with the thread that made it.
class node_servers {
public:
  /// Launches `count` servers, and waits until each node is connected to all
  /// others. With `options.server.cores` the first has these cores alone.
  /// Throws run_error.
  node_servers(const run_options& options, size_t count);

  ~node_servers();

  node_servers(const node_servers&) = delete;
  node_servers& operator=(const node_servers&) = delete;

  /// The options for a run with these servers, of which the first is measured.
  run_options options() const;

  /// A metric of a node's page, by name and labels. Throws run_error if it is
  /// missing.
  uint64_t metric(size_t node, std::string_view name) const;

private:
  class certificates;

  void launch(size_t node);
  std::vector<std::string> cluster_flags(size_t node) const;
  void await_links() const;

  run_options options_;
  std::unique_ptr<certificates> certificates_; // null if it is alone
  std::vector<server_process> nodes_;
};

} // namespace troupe::load
