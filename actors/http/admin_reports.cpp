#include "actors/http/admin_reports.hpp"

#include "actors/media/webrtc_stats.hpp"

#include <algorithm>

namespace troupe::actors {

void admin_reports::describe_room() {
  task_.with_room([this](const room_actor& room) {
    task_.ask<room_report>(room, get_room_report{}, [this](room_report& x) {
      task_.with_nodes({x.id}, [this, x](nodes_found& found) mutable {
        task_.name_nodes(x, std::move(found.nodes.front()));
        with_report(x);
      });
    });
  });
}

void admin_reports::with_report(const room_report& x) {
  switch (task_.job.call.action) {
    case admin_action::list_peers:
      return task_.answer(peer_list_json(x));
    case admin_action::get_room_stats:
      return add_stats(x);
    case admin_action::get_peer:
    case admin_action::get_peer_stats:
    case admin_action::explain_consumer:
      return with_member(x);
    default:
      return task_.answer(room_json(x));
  }
}

void admin_reports::with_member(const room_report& x) {
  auto who = std::ranges::find(x.members, task_.job.call.peer,
                               [](const auto& m) { return m.who.id; });
  if (who == x.members.end())
    return task_.answer(admin_error(404, "peer-not-found", "Peer not found"));
  if (task_.job.call.action == admin_action::get_peer)
    return task_.answer(peer_json(x, *who));
  if (!who->peer)
    return proxy_.ask_its_node(who->node);
  if (task_.job.call.action == admin_action::explain_consumer)
    return task_.ask<consumer_explanation>(
        who->peer, explain_consumer{task_.job.call.consumer},
        [this](consumer_explanation& y) { task_.answer(explanation_json(y)); });
  task_.ask<protocol::reply::stats>(
      who->peer, get_peer_stats{}, [this](protocol::reply::stats& stats) {
        task_.answer(peer_stats_json(task_.job.call.peer, stats.report));
      });
}

void admin_reports::add_stats(const room_report& x) {
  reports_ = {x};
  for (const auto& producer : x.producers) {
    if (!producer.handle)
      continue; // on another node
    ++missing_;
    task_.self->request(producer.handle, task_.job.timeout, get_actor_stats{})
        .then(
            [this, info = producer.info](protocol::reply::stats& s) {
              figures_.push_back({info, std::move(s.report)});
              --missing_;
              finish_stats();
            },
            [this](caf::error&) {
              --missing_;
              finish_stats();
            });
  }
  finish_stats();
}

void admin_reports::finish_stats() {
  if (missing_ != 0)
    return;
  const auto& room = reports_.front();
  auto mine = room_stats_json(room, figures_);
  auto others = room.nodes;
  std::erase(others, task_.job.cluster.node);
  if (others.empty() || !task_.job.may_ask())
    return task_.answer(std::move(mine));
  proxy_.gather_stats(std::move(mine), std::move(others));
}

} // namespace troupe::actors
