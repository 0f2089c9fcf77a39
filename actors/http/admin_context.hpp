#pragma once

#include "actors/base/caf_error.hpp"
#include "actors/http/admin_task.hpp"
#include "actors/room/room_report.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// INTERNAL to admin tasks.
namespace troupe::actors {

/// What the parts of an admin task share: its actor and its request.
struct admin_context {
  explicit admin_context(caf::event_based_actor* self_ptr) : self(self_ptr) {}

  /// Sends a request; responds with the error if it fails.
  template <class Result, class Actor, class Message>
  void ask(const Actor& whom, Message what, std::function<void(Result&)> next) {
    self->request(whom, job.timeout, std::move(what))
        .then([next = std::move(next)](Result& x) { next(x); },
              [this](caf::error& failure) {
                answer(admin_error(from_caf(failure)));
              });
  }

  /// Calls `next` with the room's actor. If there is none, calls `elsewhere`,
  /// or responds so.
  template <class F>
  void with_room(F next) {
    self->request(job.server, job.timeout, find_room{job.call.room})
        .then([next](room_found& x) { next(x.room); },
              [this](caf::error& failure) {
                auto why = from_caf(failure);
                if (elsewhere
                    && why.code == protocol::error_code::room_not_found)
                  elsewhere();
                else
                  answer(admin_error(why));
              });
  }

  /// Calls `next` with the names of the other nodes that have each of these
  /// rooms, as many lists as rooms: empty ones without a cluster.
  template <class F>
  void with_nodes(std::vector<room_id> rooms, F next) {
    nodes_found nobody;
    nobody.nodes.resize(rooms.size());
    if (!job.cluster.actor)
      return next(nobody);
    self->request(job.cluster.actor, job.timeout, find_nodes{std::move(rooms)})
        .then([next](nodes_found& x) mutable { next(x); },
              [next, nobody](caf::error&) mutable { next(nobody); });
  }

  /// Names the nodes that have the room: this one and `others`.
  void name_nodes(room_report& x, std::vector<std::string> others) const {
    if (!job.cluster.actor)
      return;
    others.push_back(job.cluster.node);
    std::ranges::sort(others);
    x.nodes = std::move(others);
    for (auto& member : x.members)
      if (member.peer)
        member.node = job.cluster.node;
  }

  /// The responder ignores all calls but the first.
  void answer(net::http_response x) {
    job.respond(std::move(x));
  }

  void answer(std::string json) {
    answer(net::json_response(200, std::move(json)));
  }

  caf::event_based_actor* self;
  admin_job job;
  /// Asks the nodes that have the room; empty if no other node may be asked.
  std::function<void()> elsewhere;
};

} // namespace troupe::actors
