// Connects the rooms of this node with the rooms of the same id on other nodes.

#include "actors/cluster/cluster_state.hpp"

#include <algorithm>

namespace troupe::actors {

namespace {

const std::string& room_of(const room_message& x) {
  return std::visit([](const auto& y) -> const std::string& { return y.room; },
                    x);
}

} // namespace

void cluster_state::handle(const attach_room& x) {
  directory.handle_opened(x.room);
  auto& room = rooms[x.room];
  room = {x.replica, {}};
  self->monitor(x.replica);
  update(x.room, room);
  self->send(x.replica, room_neighbours_known{});
}

void cluster_state::handle(const detach_room& x) {
  auto gone = rooms.extract(x.room);
  if (gone.empty())
    return;
  self->demonitor(gone.mapped().replica.address());
  directory.handle_closed(x.room);
}

void cluster_state::handle_room_down(const caf::actor_addr& source) {
  const auto i = std::ranges::find_if(rooms, [&](const auto& x) {
    return x.second.replica.address() == source;
  });
  if (i == rooms.end())
    return;
  directory.handle_closed(i->first);
  rooms.erase(i);
}

void cluster_state::handle(const room_message_to& x) {
  if (leave_until)
    return; // goodbye was the last word
  const auto to_one = [&](const std::string& node) {
    const auto* known = table->find(node);
    if (auto* link = known && known->link ? links.find(*known->link) : nullptr)
      std::visit([&](const auto& what) { send(*link, what); }, x.what);
    else if (known && known->state == node_state::suspect)
      keep(*known, x.what);
  };
  if (!x.node.empty())
    return to_one(x.node);
  if (auto i = rooms.find(x.room); i != rooms.end())
    for (const auto& [node, told] : i->second.told)
      to_one(node);
}

void cluster_state::keep(const cluster_neighbour& node, const room_message& x) {
  // Parts, messages of data channels and the chat are asked for again when the
  // link is back.
  if (std::holds_alternative<room_snapshot>(x)
      || std::holds_alternative<room_delta>(x)
      || std::holds_alternative<part_wanted>(x)
      || std::holds_alternative<voices_heard>(x)
      || std::holds_alternative<want_data>(x)
      || std::holds_alternative<data_relay>(x)
      || std::holds_alternative<data_credit>(x)
      || std::holds_alternative<chat_told>(x)
      || std::holds_alternative<chat_wanted>(x))
    return;
  auto& kept = undelivered[node.name];
  if (kept.incarnation != node.incarnation)
    kept = {node.incarnation, {}, 0};
  const auto octets = kept.octets + wire_size(x);
  if (kept.messages.size() == undelivered_messages::max_count
      || octets > undelivered_messages::max_octets)
    return;
  kept.octets = octets;
  kept.messages.push_back(x);
}

void cluster_state::deliver_kept(cluster_link_state& link) {
  const auto& remote = link.facts.remote;
  auto kept = undelivered.extract(remote.node);
  // Another process under that name has other members.
  if (kept.empty() || kept.mapped().incarnation != remote.incarnation)
    return;
  for (const auto& x : kept.mapped().messages)
    std::visit([&](const auto& what) { send(link, what); }, x);
}

void cluster_state::handle(const report_violation& x) {
  const auto* known = table->find(x.node);
  if (auto* link = known && known->link ? links.find(*known->link) : nullptr)
    broke_rule(*link, "room");
}

void cluster_state::handle(const from_node<room_message>& x) {
  auto* link = link_of(x.sender);
  if (!link)
    return;
  // It may have been closed meanwhile.
  const auto i = rooms.find(room_id{room_of(x.what)});
  if (i == rooms.end())
    return;
  const auto& remote = link->facts.remote;
  // Changes of a node's rooms are told every 50 ms, but messages at once.
  if (auto& told = i->second.told; !told.contains(remote.node)) {
    told[remote.node] = {remote.incarnation, neighbour_state::reachable, true};
    self->send(i->second.replica,
               room_neighbour{remote.node, remote.incarnation,
                              neighbour_state::reachable});
  }
  self->send(i->second.replica,
             room_message_from{remote.node, remote.incarnation, x.what});
}

void cluster_state::update(const room_id& id, attached_room& room) {
  const auto nodes = directory.nodes_of(id);
  const auto tell = [&](const std::string& node, uint64_t incarnation,
                        neighbour_state state) {
    self->send(room.replica, room_neighbour{node, incarnation, state});
  };
  // First what is gone: a process that took another's name comes after it.
  for (auto i = room.told.begin(); i != room.told.end();) {
    auto& [node, told] = *i;
    const auto* known = table->find(node);
    const auto alive = known && known->state != node_state::dead
                       && known->incarnation == told.incarnation;
    const auto has = std::ranges::find(nodes, node) != nodes.end();
    told.early = told.early && !has;
    if (alive && (has || told.early)) {
      ++i;
      continue;
    }
    tell(node, told.incarnation,
         alive ? neighbour_state::left : neighbour_state::dead);
    i = room.told.erase(i);
  }
  for (const auto& node : nodes) {
    const auto* known = table->find(node);
    if (!known || known->state == node_state::dead)
      continue;
    const auto state = known->state == node_state::suspect
                           ? neighbour_state::suspect
                           : neighbour_state::reachable;
    auto [i, fresh] = room.told.try_emplace(node);
    if (!fresh && i->second.state == state)
      continue;
    i->second = {known->incarnation, state, false};
    tell(node, known->incarnation, state);
  }
}

void cluster_state::update_rooms(const std::vector<std::string>& ids) {
  for (const auto& id : ids)
    if (auto i = rooms.find(room_id{id}); i != rooms.end())
      update(i->first, i->second);
}

void cluster_state::update_rooms_of(const std::string& node) {
  for (auto& [id, room] : rooms)
    if (room.told.contains(node))
      update(id, room);
}

void cluster_state::end_rooms_of(const std::string& node) {
  for (auto& [id, room] : rooms)
    if (const auto gone = room.told.extract(node); !gone.empty())
      self->send(room.replica, room_neighbour{node, gone.mapped().incarnation,
                                              neighbour_state::left});
}

} // namespace troupe::actors
