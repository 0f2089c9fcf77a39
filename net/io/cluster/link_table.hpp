#pragma once

#include "net/base/time.hpp"
#include "net/io/cluster/cluster_port.hpp"

#include <map>
#include <optional>
#include <span>

namespace troupe::net {

/// The links of a node, by the other node's name, and the rules for new ones.
///
/// The node with the smaller name decides alone which connections of a pair
/// become links, and tells the other, so both always agree. It keeps the link
/// that it has; a new connection replaces that link only if it proves that the
/// other node has lost it. An engine: it knows no sockets.
class link_table {
public:
  /// A link, as far as the rules need it.
  struct entry {
    uint64_t id = 0;
    uint64_t incarnation = 0;
    bool dialled = false;
  };

  /// `max_nodes` includes this node.
  link_table(cluster_preface self, size_t max_nodes)
      : self_(std::move(self))
      , max_nodes_(max_nodes) {}

  /// Whether this node decides for the pair.
  bool decides(const cluster_preface& remote) const {
    return self_.node < remote.node;
  }

  /// Checks what a node says of itself. `names` are those in its certificate;
  /// `dialled`: this node made the connection. Both ends call it.
  std::optional<link_refusal> check(const cluster_preface& remote,
                                    std::span<const std::string> names,
                                    bool dialled, time_point now) const;

  /// Decides whether a checked connection becomes a link, instead of that which
  /// there may be. Only the node that `decides` calls it.
  std::optional<link_refusal> decide(const cluster_preface& remote,
                                     bool dialled, time_point now) const;

  /// The link to a node.
  std::optional<entry> find(const std::string& node) const;

  /// Enters a link; there must be none to that node.
  void insert(const std::string& node, entry x) {
    links_.emplace(node, x);
  }

  /// Removes the link of this id. Returns its node; empty if there is none.
  std::string erase(uint64_t id);

  /// Refuses a node for some time from now on.
  void quarantine(const std::string& node, duration time, time_point now);

  bool in_quarantine(const std::string& node, time_point now) const;

private:
  // Whether a link more would be one too many.
  bool full(const std::string& node) const {
    return !links_.contains(node) && links_.size() + 1 >= max_nodes_;
  }

  const cluster_preface self_;
  const size_t max_nodes_;
  std::map<std::string, entry> links_;
  std::map<std::string, time_point> quarantined_;
};

} // namespace troupe::net
