#include "actors/io_worker.hpp"

#include <caf/actor_system.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <chrono>

namespace troupe::actors {

void io_worker::run(net::duration time) {
  auto job = jobs_.pop();
  if (!job)
    return;
  const auto end = std::chrono::steady_clock::now() + time;
  do
    resume(*job);
  while (std::chrono::steady_clock::now() < end && (job = jobs_.pop()));
  while (auto left = jobs_.pop())
    system().scheduler().enqueue(*left);
}

void io_worker::resume(caf::resumable* job) {
  // A queued actor is held by the queue, as in CAF's own workers.
  if (job->resume(this, max_throughput) == caf::resumable::resume_later)
    jobs_.push(job);
  else
    caf::intrusive_ptr_release(job);
}

} // namespace troupe::actors
