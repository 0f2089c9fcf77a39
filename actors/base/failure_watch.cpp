#include "actors/base/failure_watch.hpp"

#include "actors/base/log.hpp"

#include <caf/actor_system.hpp>
#include <caf/sec.hpp>

namespace troupe::actors {

void failure_watch::shared_state::note(std::string_view name,
                                       const std::string& why) {
  std::lock_guard guard{mutex};
  if (!armed || failure)
    return;
  failure = std::string{name} + ": " + why;
  log::event(log::level::error, "server-failed",
             {{"part", std::string{name}},
              {"why", why},
              {"then", "the server exits with a nonzero status"}});
}

void failure_watch::disarm() {
  std::lock_guard guard{state_->mutex};
  state_->armed = false;
}

std::optional<std::string> failure_watch::failure() const {
  std::lock_guard guard{state_->mutex};
  return state_->failure;
}

std::string failure_watch::describe(const caf::error& why,
                                    const caf::actor_system& system) {
  if (!why)
    return "the actor ended";
  // The text of an exception, if it was one.
  if (why.category() == caf::atom("system") && why.context().size() == 1
      && why.context().match_element<std::string>(0))
    return why.context().get_as<std::string>(0);
  return system.render(why);
}

caf::error to_error(std::exception_ptr& x) {
  try {
    std::rethrow_exception(x);
  } catch (const std::exception& e) {
    return caf::make_error(caf::sec::runtime_error,
                           std::string{"exception: "} + e.what());
  } catch (...) {
    return caf::make_error(caf::sec::runtime_error,
                           std::string{"exception of an unknown type"});
  }
}

} // namespace troupe::actors
