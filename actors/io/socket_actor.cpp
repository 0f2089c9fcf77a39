#include "actors/io/socket_actor.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/io/io_worker.hpp"
#include "actors/io/media_sockets.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

socket_actor spawn_socket(caf::actor_system& system, media_sockets& sockets) {
  sockets.run_actors(system);
  return system.spawn(
      [&sockets](socket_actor::pointer self) -> socket_actor::behavior_type {
        allow_on_io_threads(self);
        self->set_error_handler([](caf::error&) {});
        self->set_exception_handler(to_error);
        return {
            [&sockets](const route_fragment& x) {
              sockets.add_fragment(x.fragment, {x.to, x.intake});
            },
            [&sockets](const unroute_fragment& x) {
              sockets.remove_fragment(x.fragment);
            },
            [&sockets](const route_tuple& x) {
              sockets.add_tuple(x.tuple, {x.to, x.intake});
            },
            [&sockets](const unroute_tuple& x) {
              sockets.remove_tuple(x.tuple, x.from);
            },
            [&sockets](const route_trunk& x) {
              sockets.add_trunk(x.tag, x.remote, {x.to, x.intake});
            },
            [&sockets](const unroute_trunk& x) {
              sockets.remove_trunk(x.tag, x.from);
            },
            [&sockets](const add_check_responder& x) {
              sockets.add_responder(x.responder, x.transport,
                                    x.consent_timeout);
            },
            [self](const close_sockets&) { self->quit(); },
        };
      });
}

} // namespace troupe::actors
