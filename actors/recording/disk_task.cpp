#include "actors/recording/disk_task.hpp"

#include "actors/base/failure_watch.hpp"
#include "actors/base/local_messages.hpp"
#include "actors/base/log.hpp"
#include "actors/recording/recording_repair.hpp"
#include "net/io/disk/disk_thread.hpp"

#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe::actors {

namespace {

struct disk_task_state {
  using pointer = disk_task_actor::stateful_pointer<disk_task_state>;

  static inline const char* name = "disk-task";

  explicit disk_task_state(pointer self_ptr) : self(self_ptr) {}

  disk_task_actor::behavior_type
  make_behavior(std::shared_ptr<net::disk_thread> where);

  caf::result<free_octets> begin(const get_free_octets& x);

  void handle(const free_octets_found& x);

  caf::result<part_repaired> begin(const repair_part& x);

  void handle(const repair_stepped& x);

  // Others that wait for the thread have their turn between the steps.
  void step();

  void finish_repair();

  pointer self;
  std::shared_ptr<net::disk_thread> disk;
  caf::typed_response_promise<free_octets> measured;
  // Used by the disk's thread while it makes a step.
  std::shared_ptr<recording_repair> repair;
  caf::typed_response_promise<part_repaired> repaired;
};

disk_task_actor::behavior_type
disk_task_state::make_behavior(std::shared_ptr<net::disk_thread> where) {
  disk = std::move(where);
  self->set_error_handler([](caf::error&) {});
  self->set_exception_handler(to_error);
  return {
      [this](const get_free_octets& x) { return begin(x); },
      [this](const repair_part& x) { return begin(x); },
      [this](const free_octets_found& x) { handle(x); },
      [this](const repair_stepped& x) { handle(x); },
  };
}

caf::result<free_octets> disk_task_state::begin(const get_free_octets& x) {
  measured = self->make_response_promise<free_octets>();
  const auto me = caf::actor_cast<disk_task_actor>(self);
  disk->run([me, path = x.directory](net::disk& where) {
    const auto found = where.free_octets(path);
    caf::anon_send(
        me, free_octets_found{found ? free_octets{*found} : free_octets{}});
  });
  return measured;
}

void disk_task_state::handle(const free_octets_found& x) {
  measured.deliver(x.what);
  self->quit();
}

caf::result<part_repaired> disk_task_state::begin(const repair_part& x) {
  manifest what;
  what.parts.push_back(x.part);
  repair = std::make_shared<recording_repair>(std::move(what), x.folder);
  repaired = self->make_response_promise<part_repaired>();
  step();
  return repaired;
}

void disk_task_state::step() {
  const auto me = caf::actor_cast<disk_task_actor>(self);
  disk->run([me, what = repair](net::disk& where) {
    caf::anon_send(me, repair_stepped{what->step(where)});
  });
}

void disk_task_state::handle(const repair_stepped& x) {
  if (x.more)
    return step();
  finish_repair();
  self->quit();
}

void disk_task_state::finish_repair() {
  const auto failed = repair->failed();
  auto parts = std::move(*repair).result().parts;
  part_repaired out;
  if (!parts.empty())
    out.part = std::move(parts.front());
  if (failed && !out.part)
    repaired.deliver(caf::make_error(caf::sec::runtime_error));
  else
    repaired.deliver(std::move(out));
}

} // namespace

disk_task_actor spawn_disk_task(caf::actor_system& system,
                                std::shared_ptr<net::disk_thread> disk) {
  return system.spawn(
      [disk = std::move(disk)](
          disk_task_actor::stateful_pointer<disk_task_state> self) mutable {
        return self->state.make_behavior(std::move(disk));
      });
}

} // namespace troupe::actors
