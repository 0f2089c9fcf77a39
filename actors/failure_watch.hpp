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

/// Watches the parts that a node cannot work without: its single actors and its
/// I/O threads. When one fails, it logs one line, and failure() tells whoever
/// runs the node, which is then to stop: a process that listens and cannot
/// serve is worse than one that is started anew.
class failure_watch {
public:
  failure_watch() = default;

  failure_watch(const failure_watch&) = delete;

  failure_watch& operator=(const failure_watch&) = delete;

  /// From now on the end of that actor, for whatever reason, is a failure.
  template <class Handle>
  void watch(const Handle& actor, std::string name) {
    auto* watched = caf::actor_cast<caf::abstract_actor*>(actor);
    watched->attach_functor(
        [state = state_, name = std::move(name),
         &system = watched->home_system()](const caf::error& why) {
          state->note(name, describe(why, system));
        });
  }

  /// Something else has failed. From any thread.
  void note(std::string_view name, const std::string& why) {
    state_->note(name, why);
  }

  /// What ends from now on ends on purpose.
  void disarm();

  /// What failed first, and why; nothing while all is well. From any thread.
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

/// What an actor ends with that a handler's exception ends: an error with the
/// exception's text. For set_exception_handler().
caf::error to_error(std::exception_ptr& x);

} // namespace troupe::actors
