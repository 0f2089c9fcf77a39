#include "actors/cluster/cluster_state.hpp"

#include "actors/base/log.hpp"

#include <caf/send.hpp>
#include <utility>

namespace troupe::actors {

void cluster_state::handle(const link_opened& x) {
  if (leave_until)
    return;
  auto id = x.link->link().id;
  auto& link = links.add(x.link->link(), now());
  auto me = caf::actor_cast<cluster_actor>(self);
  basp_link_events events;
  events.named = [me, id](const caf::node_id& process) {
    caf::anon_send(me, link_named{id, process});
  };
  if (!link.facts.dialled) {
    basp->accept(x.link->take_descriptor(), gateway, std::move(events));
    return;
  }
  events.connected = [me, id](std::optional<gateway_v1_actor> remote) {
    caf::anon_send(me, link_connected{id, std::move(remote)});
  };
  basp->dial(x.link->take_descriptor(), settings.service.timeout,
             std::move(events));
}

void cluster_state::handle(const link_closed& x) {
  if (auto* link = links.find(x.id))
    fail_asks(*link);
  links.remove(x.id);
  table->handle_link_down(x.id, now());
}

void cluster_state::handle(const link_named& x) {
  if (auto* link = links.find(x.id))
    link->process = x.process;
}

void cluster_state::handle(const link_connected& x) {
  auto* link = links.find(x.id);
  if (!link || link->closing)
    return;
  if (!x.gateway)
    close(*link);
  else if (!link->gateway)
    begin(*link, *x.gateway);
}

void cluster_state::begin(cluster_link_state& link,
                          const gateway_v1_actor& remote) {
  link.gateway = remote;
  self->monitor(remote);
  send_hello(link);
}

void cluster_state::bring_up(cluster_link_state& link) {
  link.up = true;
  table->handle_link_up(link.facts.remote, link.facts.id, now());
  for (auto& piece : directory.snapshot())
    send(link, std::move(piece));
  deliver_kept(link);
}

void cluster_state::close(cluster_link_state& link) {
  if (std::exchange(link.closing, true))
    return;
  fail_asks(link);
  settings.control.close(link.facts.id);
}

void cluster_state::close_overdue() {
  for (auto& [id, link] : links.all())
    if (link.window.overdue(now(), leniency_of(link))
        || (!link.up && now() - link.opened >= settings.service.timeout))
      close(link);
}

net::duration cluster_state::leniency_of(const cluster_link_state& link) const {
  return table->leniency(link.facts.remote.node);
}

void cluster_state::broke_rule(cluster_link_state& link, const char* what) {
  ++violations;
  const auto& node = link.facts.remote.node;
  log::refusal(log::level::warn, "cluster-violation",
               {{"node", node}, {"what", what}});
  if (!meters[node].handle_violation(now()))
    return;
  ++quarantined;
  log::event(log::level::error, "cluster-quarantine", {{"node", node}});
  close(link);
  settings.control.quarantine(node, violation_meter::quarantine);
}

} // namespace troupe::actors
