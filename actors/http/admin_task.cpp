#include "actors/http/admin_task.hpp"

#include "actors/http/admin_commands.hpp"
#include "actors/http/admin_forwards.hpp"
#include "actors/http/admin_listing.hpp"
#include "actors/http/admin_proxy.hpp"
#include "actors/http/admin_recordings.hpp"
#include "actors/http/admin_reports.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

struct task_state {
  using pointer = caf::stateful_actor<task_state>*;

  static inline const char* name = "admin-task";

  explicit task_state(pointer self) : task(self) {}

  void start(const admin_job& job);

  admin_context task;
  admin_proxy proxy{task};
  admin_listing listing{task, proxy};
  admin_reports reports{task, proxy};
  admin_commands commands{task};
  admin_recordings recordings{task};
  admin_forwards forwards{task};
};

void task_state::start(const admin_job& job) {
  task.job = job;
  if (job.may_ask())
    task.elsewhere = [this] {
      proxy.forward();
    };
  switch (task.job.call.action) {
    case admin_action::get_server_stats:
      return task.answer(
          admin_error(500, "internal", "This request needs no actor"));
    case admin_action::list_rooms:
      return listing.start();
    case admin_action::close_room:
    case admin_action::lock_room:
    case admin_action::kick_peer:
    case admin_action::mute_peer:
      return commands.moderate();
    case admin_action::send_to_room:
      return commands.send_message();
    case admin_action::start_recording:
      return commands.start_recording();
    case admin_action::stop_recording:
      return commands.stop_recording();
    case admin_action::list_recordings:
    case admin_action::list_room_recordings:
      return recordings.list();
    case admin_action::get_recording:
    case admin_action::get_recording_file: // where none are recorded
      return recordings.describe();
    case admin_action::remove_recording:
      return recordings.remove();
    case admin_action::start_forward:
      return forwards.start();
    case admin_action::list_forwards:
      return forwards.list();
    case admin_action::get_forward:
    case admin_action::get_forward_sdp:
    case admin_action::refresh_forward:
    case admin_action::stop_forward:
      return forwards.handle_one();
    default:
      return reports.describe_room();
  }
}

} // namespace

void start_admin_task(caf::actor_system& system, admin_job job) {
  system.spawn([job = std::move(job)](task_state::pointer self) {
    self->state.start(job);
  });
}

admin_runner_actor spawn_admin_task(caf::actor_system& system, admin_job job) {
  auto out = system.spawn(
      [job = std::move(job)](task_state::pointer self) -> caf::behavior {
        return {[self, job](const admin_request&) {
          auto promise = self->make_response_promise<node_answer>();
          auto mine = job;
          mine.respond = [self, promise](net::http_response x) mutable {
            promise.deliver(to_node_answer(x));
            self->quit();
          };
          self->state.start(mine);
          return promise;
        }};
      });
  return caf::actor_cast<admin_runner_actor>(out);
}

} // namespace troupe::actors
