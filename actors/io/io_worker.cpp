#include "actors/io/io_worker.hpp"

#include "actors/stats/counters.hpp"

#include <caf/actor_system.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <chrono>

namespace troupe::actors {

namespace {

bool belongs_here(const caf::resumable& job) {
  return job.subtype() == caf::resumable::scheduled_actor
         && allowed_on_io_threads(
             static_cast<const caf::scheduled_actor&>(job));
}

} // namespace

void io_worker::exec_later(caf::resumable* job) {
  if (belongs_here(*job))
    jobs_.push(job);
  else
    hand_over(job);
}

void io_worker::run(net::duration time) {
  auto job = jobs_.pop();
  if (!job)
    return;
  const auto begin = std::chrono::steady_clock::now();
  auto now = begin;
  do {
    run_turn(*job, begin + time);
    now = std::chrono::steady_clock::now();
  } while (now < begin + time && (job = jobs_.pop()));
  while (auto left = jobs_.pop())
    hand_over(*left);
  if (longest_)
    longest_->note(static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - begin)
            .count()));
}

void io_worker::hand_over(caf::resumable* job) {
  if (handed_over_)
    handed_over_->fetch_add(1, std::memory_order_relaxed);
  system().scheduler().enqueue(job);
}

void io_worker::run_turn(caf::resumable* job, net::time_point end) {
  for (size_t taken = 0; taken < max_throughput; ++taken) {
    if (taken > 0 && std::chrono::steady_clock::now() >= end)
      break;
    // The queue holds a reference to the actor, as CAF's own workers do.
    if (job->resume(this, 1) != caf::resumable::resume_later) {
      caf::intrusive_ptr_release(job);
      return;
    }
  }
  jobs_.push(job);
}

} // namespace troupe::actors
