#include "actors/http/admin_task.hpp"

#include "actors/http/admin_commands.hpp"
#include "actors/http/admin_reports.hpp"

#include <caf/stateful_actor.hpp>

namespace troupe::actors {

namespace {

struct task_state {
  using pointer = caf::stateful_actor<task_state>*;

  static inline const char* name = "admin-task";

  explicit task_state(pointer self) : task(self) {}

  void start();

  admin_context task;
  admin_reports reports{task};
  admin_commands commands{task};
};

void task_state::start() {
  switch (task.job.call.action) {
    case admin_action::get_server_stats:
      return task.answer(
          admin_error(500, "internal", "This request needs no actor"));
    case admin_action::list_rooms:
      return reports.list_rooms();
    case admin_action::close_room:
    case admin_action::lock_room:
    case admin_action::kick_peer:
    case admin_action::mute_peer:
      return commands.moderate();
    case admin_action::send_to_room:
      return commands.send_message();
    default:
      return reports.describe_room();
  }
}

} // namespace

void start_admin_task(caf::actor_system& system, admin_job job) {
  system.spawn([job = std::move(job)](task_state::pointer self) {
    self->state.task.job = job;
    self->state.start();
  });
}

} // namespace troupe::actors
