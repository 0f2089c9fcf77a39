#include "actors/http/admin_listing.hpp"

#include <algorithm>
#include <optional>

namespace troupe::actors {

remote_plan plan_page(std::map<std::string, std::string>& mine,
                      const std::string& next, const remote_room_page& others,
                      size_t limit) {
  // Up to where both lists are complete; nothing if they are to their end.
  std::optional<std::string> known;
  if (!next.empty())
    known = next;
  if (others.more) {
    const auto& last = others.rooms.back().room.str();
    known = known ? std::min(*known, last) : last;
  }
  std::map<std::string, std::string> all; // and the node to be asked
  for (const auto& [room, json] : mine)
    all[room];
  for (const auto& x : others.rooms)
    if (!all.contains(x.room.str()))
      all[x.room.str()] = x.nodes.front();
  remote_plan out;
  if (known) {
    all.erase(all.upper_bound(*known), all.end());
    out.next = *known;
  }
  while (all.size() > limit) {
    all.erase(std::prev(all.end()));
    out.next = all.rbegin()->first;
  }
  for (const auto& [room, node] : all)
    if (!node.empty())
      out.wanted[node].insert(room);
  std::erase_if(mine, [&](const auto& x) { return !all.contains(x.first); });
  return out;
}

void admin_listing::start() {
  task_.ask<room_page>(
      task_.job.server,
      list_rooms{room_id{task_.job.call.after}, task_.job.call.limit},
      [this](room_page& x) { take_page(x); });
}

void admin_listing::take_page(const room_page& page) {
  list_.next = page.next;
  missing_ = page.rooms.size();
  if (missing_ == 0)
    return describe();
  // A room that ends meanwhile is no longer in the list.
  reports_.reserve(missing_);
  for (const auto& room : page.rooms)
    task_.self->request(room, task_.job.timeout, get_room_report{})
        .then(
            [this](room_report& x) {
              reports_.push_back(std::move(x));
              if (--missing_ == 0)
                describe();
            },
            [this](caf::error&) {
              if (--missing_ == 0)
                describe();
            });
}

void admin_listing::describe() {
  std::vector<room_id> ids;
  for (const auto& x : reports_)
    ids.push_back(x.id);
  task_.with_nodes(std::move(ids), [this](nodes_found& found) {
    for (size_t i = 0; i < reports_.size(); ++i) {
      task_.name_nodes(reports_[i], std::move(found.nodes[i]));
      list_.rooms[reports_[i].id.str()] = room_json(reports_[i]);
    }
    if (!task_.job.may_ask())
      return finish();
    const auto& call = task_.job.call;
    task_.self
        ->request(task_.job.cluster.actor, task_.job.timeout,
                  list_remote_rooms{room_id{call.after}, call.limit})
        .then([this](const remote_room_page& x) { add_remote(x); },
              [this](const caf::error&) { finish(); });
  });
}

void admin_listing::add_remote(const remote_room_page& page) {
  const auto plan =
      plan_page(list_.rooms, list_.next, page, task_.job.call.limit);
  list_.next = plan.next;
  missing_ = plan.wanted.size();
  if (missing_ == 0)
    return finish();
  // Its page begins where this one does, so it has all of these.
  for (const auto& [node, rooms] : plan.wanted)
    proxy_.ask(node, [this, node = node, rooms = rooms](node_answer& x) {
      take_answer(node, rooms, x);
      if (--missing_ == 0)
        finish();
    });
}

void admin_listing::take_answer(const std::string& node,
                                const std::set<std::string>& rooms,
                                node_answer& x) {
  if (x.fault != ask_fault::none || x.status != 200) {
    list_.unanswered.push_back(node);
    return;
  }
  auto told = protocol::read_room_list(x.body);
  if (!told) {
    proxy_.report(node);
    list_.unanswered.push_back(node);
    return;
  }
  for (auto& room : *told)
    if (rooms.contains(room.id))
      list_.rooms.try_emplace(std::move(room.id), std::move(room.json));
}

void admin_listing::finish() {
  std::ranges::sort(list_.unanswered);
  task_.answer(room_list_json(list_));
}

} // namespace troupe::actors
