#include "actors/http/admin_reports.hpp"

#include "actors/media/webrtc_stats.hpp"

#include <algorithm>

namespace troupe::actors {

void admin_reports::list_rooms() {
  task_.ask<room_page>(
      task_.job.server,
      actors::list_rooms{room_id{task_.job.call.after}, task_.job.call.limit},
      [this](room_page& x) { take_page(x); });
}

void admin_reports::describe_room() {
  task_.with_room([this](const room_actor& room) {
    task_.ask<room_report>(room, get_room_report{},
                           [this](room_report& x) { with_report(x); });
  });
}

void admin_reports::take_page(const room_page& page) {
  missing_ = page.rooms.size();
  auto finish = [this, next = page.next] {
    std::ranges::sort(reports_, {}, &room_report::id);
    task_.answer(room_list_json(reports_, next));
  };
  if (missing_ == 0)
    return finish();
  // A room that ends meanwhile is no longer in the list.
  reports_.reserve(missing_);
  for (const auto& room : page.rooms)
    task_.self->request(room, task_.job.timeout, get_room_report{})
        .then(
            [this, finish](room_report& x) {
              reports_.push_back(std::move(x));
              if (--missing_ == 0)
                finish();
            },
            [this, finish](caf::error&) {
              if (--missing_ == 0)
                finish();
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
    return task_.answer(
        admin_error(404, "peer-not-found", "The peer is on another node"));
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
  auto finish = [this] {
    if (missing_ == 0)
      task_.answer(room_stats_json(reports_.front(), figures_));
  };
  for (const auto& producer : x.producers) {
    if (!producer.handle)
      continue; // on another node
    ++missing_;
    task_.self->request(producer.handle, task_.job.timeout, get_actor_stats{})
        .then(
            [this, finish, info = producer.info](protocol::reply::stats& s) {
              figures_.push_back({info, std::move(s.report)});
              --missing_;
              finish();
            },
            [this, finish](caf::error&) {
              --missing_;
              finish();
            });
  }
  finish();
}

} // namespace troupe::actors
