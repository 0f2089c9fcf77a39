#include "actors/http/admin_runner.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/http/admin_proxy.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe::actors {

namespace {

// The call, or the response that refuses it.
std::variant<admin_call, net::http_response> read_ask(const admin_request& x) {
  net::http_request in;
  in.method = x.method;
  in.target = x.target;
  in.path = x.target.substr(0, x.target.find('?'));
  in.query = x.target.substr(std::min(x.target.size(), in.path.size() + 1));
  in.body = x.body;
  const auto unknown = admin_error(404, "not-found", "Path not found");
  if (!in.path.starts_with(admin_prefix))
    return unknown;
  auto out = read_admin_call(in);
  if (const auto* call = std::get_if<admin_call>(&out))
    if (call->action == admin_action::get_server_stats
        || call->action == admin_action::get_cluster)
      return unknown; // of the node that the client has asked
  return out;
}

} // namespace

admin_runner_actor spawn_admin_runner(caf::actor_system& system,
                                      server_actor server,
                                      admin_cluster cluster,
                                      std::chrono::milliseconds timeout) {
  admin_job job;
  job.server = std::move(server);
  job.cluster = std::move(cluster);
  job.timeout = timeout;
  job.local_only = true;
  return system.spawn([job](admin_runner_actor::pointer self)
                          -> admin_runner_actor::behavior_type {
    self->set_exception_handler(to_error);
    return {[self, job](const admin_request& x) -> caf::result<node_answer> {
      auto call = read_ask(x);
      if (const auto* refusal = std::get_if<net::http_response>(&call))
        return to_node_answer(*refusal);
      auto mine = job;
      mine.call = std::move(std::get<admin_call>(call));
      return self->delegate(spawn_admin_task(self->system(), std::move(mine)),
                            admin_request{});
    }};
  });
}

} // namespace troupe::actors
