#include "actors/cluster/cluster_state.hpp"

#include "protocol/verbs/limits.hpp"

#include <caf/send.hpp>

namespace troupe::actors {

namespace {

int64_t wall_clock() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace

void cluster_state::handle(const from_node<link_hello>& x) {
  auto* link = links.find(x.sender->node());
  if (!link)
    return;
  const auto& remote = link->facts.remote;
  if (x.what.name != remote.node || x.what.incarnation != remote.incarnation) {
    broke_rule(*link, "name");
    close(*link);
    return;
  }
  if (!link->gateway)
    begin(*link, caf::actor_cast<gateway_v1_actor>(x.sender));
  if (!link->up)
    bring_up(*link);
  send(*link, seen{x.what.sequence});
  if (x.what.public_url.size() > protocol::limits::text) {
    broke_rule(*link, "hello");
    return;
  }
  table->handle_hello(link->facts.id, x.what, wall_clock(), now());
}

void cluster_state::handle(const from_node<seen>& x) {
  // Not `link_of`: the first hello may be acknowledged before the other one
  // has come.
  auto* link = links.find(x.sender->node());
  if (!link)
    return;
  if (auto rtt = link->window.handle_seen(x.what.sequence, now()))
    table->handle_round_trip(link->facts.id, *rtt);
  else
    broke_rule(*link, "seen");
}

void cluster_state::handle(const from_node<rooms_changed>& x) {
  auto* link = link_of(x.sender);
  if (!link)
    return;
  judge(*link, directory.handle_changes(link->facts.remote.node, x.what));
  update_rooms(x.what.opened);
  update_rooms(x.what.closed);
}

void cluster_state::handle(const from_node<rooms_snapshot>& x) {
  auto* link = link_of(x.sender);
  if (!link)
    return;
  const auto& node = link->facts.remote.node;
  judge(*link, directory.handle_snapshot(node, x.what));
  if (!x.what.last)
    return;
  update_rooms_of(node);
  update_rooms(x.what.rooms);
}

void cluster_state::handle(const from_node<goodbye>& x) {
  auto* link = links.find(x.sender->node());
  if (!link)
    return;
  table->handle_goodbye(link->facts.id, now());
  close(*link);
}

cluster_link_state*
cluster_state::link_of(const caf::strong_actor_ptr& sender) {
  auto* link = links.find(sender->node());
  return link && link->up ? link : nullptr;
}

void cluster_state::judge(cluster_link_state& link,
                          std::optional<directory_fault> fault) {
  if (!fault)
    return;
  broke_rule(link, "rooms");
  // The next link begins with a snapshot.
  if (*fault == directory_fault::sequence)
    close(link);
}

void cluster_state::send_hello(cluster_link_state& link) {
  if (link.closing || !link.gateway)
    return;
  const auto& me = settings.service.port.self;
  auto facts = settings.service.facts();
  link_hello out;
  out.name = me.node;
  out.incarnation = me.incarnation;
  out.level = me.level;
  out.oldest_level = me.oldest_level;
  out.load = facts.load;
  out.draining = facts.draining;
  out.wall_clock = wall_clock();
  out.public_url = settings.service.public_url;
  out.rooms = facts.rooms;
  out.members = facts.members;
  link.window.handle_sent(wire_size(out));
  out.sequence = link.window.handle_hello(now());
  caf::send_as(gateway, *link.gateway, std::move(out));
}

} // namespace troupe::actors
