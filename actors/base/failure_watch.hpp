#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/error.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::actors {

/// Watches the parts that a node cannot work without: its singleton actors and
/// its I/O threads. The first failure is logged in one line, and failure()
/// returns it, so that the node can stop: a process that listens but cannot
/// serve is worse than a restart.
class failure_watch {
public:
  failure_watch() = default;

  failure_watch(const failure_watch&) = delete;

  failure_watch& operator=(const failure_watch&) = delete;

  /// Counts the end of this actor, for whatever reason, as a failure.
  template <class Handle>
  void watch(const Handle& actor, std::string name) {
    auto* watched = caf::actor_cast<caf::abstract_actor*>(actor);
    watched->attach_functor(
        [state = state_, name = std::move(name),
         &system = watched->home_system()](const caf::error& why) {
          state->note(name, describe(why, system));
        });
  }

  /// Reports another failure. Thread-safe.
  void note(std::string_view name, const std::string& why) {
    state_->note(name, why);
  }

  /// Ignores all later failures; call it before an intended stop.
  void disarm();

  /// The first failure and its reason, or nothing. Thread-safe.
  std::optional<std::string> failure() const;

private:
  // Outlives this object in the actors that are watched.
  class shared_state {
  public:
    void note(std::string_view name, const std::string& why);

    mutable std::mutex mutex;
    bool armed = true;
    std::optional<std::string> failure;
  };

  static std::string describe(const caf::error& why,
                              const caf::actor_system& system);

  std::shared_ptr<shared_state> state_ = std::make_shared<shared_state>();
};

/// The error with which an actor ends after an exception of a handler; it has
/// the exception's text. For set_exception_handler().
caf::error to_error(std::exception_ptr& x);

} // namespace troupe::actors
