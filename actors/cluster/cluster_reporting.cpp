#include "actors/cluster/cluster_state.hpp"

#include "actors/base/log.hpp"

namespace troupe::actors {

void cluster_state::note(const neighbour_change& x) {
  using kind = neighbour_change::kind;
  auto bad = x.what == kind::suspected || x.what == kind::died;
  log::event(bad ? log::level::warn : log::level::info, "cluster-node",
             {{"node", x.name}, {"has", std::string{to_string(x.what)}}});
}

void cluster_state::publish() {
  auto out = first_report(settings.service, started);
  for (const auto& [node, x] : table->all()) {
    out.nodes.push_back(to_report(x));
    if (auto* link = x.link ? links.find(*x.link) : nullptr)
      out.nodes.back().unacknowledged = link->window.unacknowledged();
  }
  out.suspected = table->suspected();
  out.died = table->died();
  out.violations = violations;
  out.quarantined = quarantined;
  out.unknown_messages = unknown_messages;
  settings.board->publish(std::move(out));
}

} // namespace troupe::actors
