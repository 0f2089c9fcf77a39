#pragma once

#include "actors/base/caf_error.hpp"
#include "actors/http/admin_task.hpp"

#include <caf/event_based_actor.hpp>

#include <functional>
#include <string>
#include <utility>

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

  /// Calls `next` with the room's actor, or responds that there is none.
  template <class F>
  void with_room(F next) {
    ask<room_found>(job.server, find_room{job.call.room},
                    [next](room_found& x) { next(x.room); });
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
};

} // namespace troupe::actors
