#pragma once

#include "actors/base/local_messages.hpp"
#include "actors/config/config.hpp"
#include "actors/load/load_monitor.hpp"
#include "actors/load/overload_state_board.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>

namespace troupe::actors {

/// INTERNAL: time for another sample.
struct load_tick {};

/// The LOAD actor interface: reads CPU time and gauges, publishes the overload
/// state, and logs each change of level.
using load_actor = caf::typed_actor<
    // INTERNAL: time for another sample.
    caf::reacts_to<load_tick>>;

/// Parameters of the load actor.
struct load_settings {
  load_monitor::marks marks;
  /// The CPU time that the process has used so far.
  std::function<net::duration()> cpu_time;
  /// How many cores it may use.
  double cores = 1;
  std::shared_ptr<overload_state_board> board;
  /// Runs in a thread of its own, so that it is on time when the scheduler's
  /// threads are busy, which is when it matters.
  bool own_thread = false;
  /// The memory in use, as a share of what the process may use: 0 to 1. Without
  /// this function, memory is ignored.
  std::function<double()> memory = {};
  /// Returns free memory to the system. Called now and then while the memory is
  /// above its mark: memory that is free but kept by the allocator must not
  /// cause refusals.
  std::function<void()> release_memory = {};
};

/// The marks of the keys `overload.*`.
load_monitor::marks to_marks(const config::overload_keys& in);

/// Spawns the one load actor of a node. An exit message ends it.
load_actor spawn_load(caf::actor_system& system, load_settings settings);

} // namespace troupe::actors
