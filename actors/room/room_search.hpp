#pragma once

#include "actors/base/caf_error.hpp"
#include "actors/room/server_actor.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <memory>

namespace troupe::actors {

/// How long a search takes at most. The cluster's actor answers from its
/// memory.
constexpr auto room_search_timeout = std::chrono::seconds{1};

/// Joins a room that must exist and that this node does not have, if another
/// node of the cluster has it. `self` is the server's actor, which gets the
/// request again then. `cluster` is null if there is none. Errors:
/// room_not_found.
template <class Self>
caf::result<room_joined> join_elsewhere(Self* self, const room_cluster* cluster,
                                        join_room& x) {
  const auto missing =
      to_caf(protocol::make_error(protocol::error_code::room_not_found));
  if (!cluster)
    return missing;
  auto promise = self->template make_response_promise<room_joined>();
  auto join = std::make_shared<join_room>(std::move(x));
  self->request(cluster->cluster, room_search_timeout, where_is{join->room})
      .then(
          [self, promise, join, missing](const room_nodes& found) mutable {
            if (found.nodes.empty()) {
              promise.deliver(missing);
              return;
            }
            join->must_exist = false;
            promise.delegate(server_actor{self}, std::move(*join));
          },
          [promise, missing](const caf::error&) mutable {
            promise.deliver(missing);
          });
  return promise;
}

/// Opens a room that this node does not have, if no other node of the cluster
/// has it: the server's actor `self` gets the request again then. Errors:
/// room_exists.
template <class Self>
caf::result<done> open_nowhere_else(Self* self, const room_cluster& cluster,
                                    open_room x) {
  auto promise = self->template make_response_promise<done>();
  x.searched = true;
  auto go_on = [self, promise, x]() mutable {
    promise.delegate(server_actor{self}, std::move(x));
  };
  self->request(cluster.cluster, room_search_timeout, where_is{x.room})
      .then(
          [promise, go_on](const room_nodes& found) mutable {
            if (found.nodes.empty())
              go_on();
            else
              promise.deliver(to_caf(
                  protocol::make_error(protocol::error_code::room_exists)));
          },
          [go_on](const caf::error&) mutable { go_on(); });
  return promise;
}

/// The room of this node with that recording; `rooms` is the server's table.
/// Errors: recording_not_found.
template <class Rooms>
caf::result<room_found> find_recorded(const Rooms& rooms,
                                      const recording_id& which) {
  for (const auto& [id, x] : rooms)
    if (!which.empty() && x.recording == which)
      return room_found{x.handle};
  return to_caf(
      protocol::make_error(protocol::error_code::recording_not_found));
}

} // namespace troupe::actors
