#pragma once

#include "actor_world.hpp"

#include <caf/local_actor.hpp>

#include <functional>
#include <string>

namespace troupe::test {

/// Tells which actors are suspended although messages wait for them.
using held_actors = std::function<bool(const caf::local_actor&)>;

/// All actors of that name ("room", "peer", "session" …).
inline held_actors named(std::string name) {
  return [name = std::move(name)](const caf::local_actor& x) {
    return name == x.name();
  };
}

inline held_actors with_id(caf::actor_id id) {
  return [id](const caf::local_actor& x) {
    return x.id() == id;
  };
}

/// Runs every other actor until its mailbox is empty.
inline void run_without(actor_world& world, const held_actors& held) {
  size_t done = 0;
  world.scheduler().run_jobs_filtered([&](caf::resumable* job) {
    REQUIRE(++done < 1'000'000);
    const auto* who = dynamic_cast<const caf::local_actor*>(job);
    return !who || !held(*who);
  });
}

/// The same while time passes, in steps of 100 ms.
inline void pass_without(actor_world& world, net::duration time,
                         const held_actors& held) {
  constexpr auto step = std::chrono::milliseconds{100};
  for (net::duration t{}; t < time; t += step) {
    world.scheduler().advance_time(step);
    run_without(world, held);
  }
}

/// The actor of that name with waiting messages. Fails unless it is one.
inline caf::actor_id waiting(actor_world& world, const std::string& name) {
  std::vector<caf::actor_id> found;
  for (auto* job : world.scheduler().jobs)
    if (const auto* who = dynamic_cast<const caf::local_actor*>(job);
        who && name == who->name())
      found.push_back(who->id());
  REQUIRE(found.size() == 1);
  return found.front();
}

} // namespace troupe::test
