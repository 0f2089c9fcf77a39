#include "net/io/cluster/link_table.hpp"

#include <algorithm>

namespace troupe::net {

std::optional<link_refusal>
link_table::check(const cluster_preface& remote,
                  std::span<const std::string> names, bool dialled,
                  time_point now) const {
  if (remote.cluster != self_.cluster)
    return link_refusal::other_cluster;
  if (std::find(names.begin(), names.end(), remote.node) == names.end())
    return link_refusal::name_not_certified;
  if (remote.node == self_.node)
    return link_refusal::self;
  if (remote.level < self_.oldest_level || self_.level < remote.oldest_level)
    return link_refusal::level;
  if (in_quarantine(remote.node, now))
    return link_refusal::quarantine;
  // Several addresses may lead to one node.
  auto link = find(remote.node);
  if (dialled && link && link->incarnation == remote.incarnation)
    return link_refusal::duplicate;
  if (full(remote.node))
    return link_refusal::too_many;
  return std::nullopt;
}

std::optional<link_refusal> link_table::decide(const cluster_preface& remote,
                                               bool dialled,
                                               time_point now) const {
  if (in_quarantine(remote.node, now))
    return link_refusal::quarantine;
  if (full(remote.node))
    return link_refusal::too_many;
  auto link = find(remote.node);
  if (!link || link->incarnation != remote.incarnation)
    return std::nullopt;
  // No node dials while it has a link. If it dialled that link itself, it has
  // lost it; otherwise both may have dialled at once.
  if (!link->dialled && !dialled)
    return std::nullopt;
  return link_refusal::duplicate;
}

std::optional<link_table::entry>
link_table::find(const std::string& node) const {
  auto i = links_.find(node);
  return i != links_.end() ? std::optional{i->second} : std::nullopt;
}

std::string link_table::erase(uint64_t id) {
  auto i = std::find_if(links_.begin(), links_.end(),
                        [&](const auto& x) { return x.second.id == id; });
  if (i == links_.end())
    return {};
  auto node = i->first;
  links_.erase(i);
  return node;
}

void link_table::quarantine(const std::string& node, duration time,
                            time_point now) {
  std::erase_if(quarantined_, [&](const auto& x) { return x.second <= now; });
  quarantined_[node] = now + time;
}

bool link_table::in_quarantine(const std::string& node, time_point now) const {
  auto i = quarantined_.find(node);
  return i != quarantined_.end() && now < i->second;
}

} // namespace troupe::net
