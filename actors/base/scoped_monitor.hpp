#pragma once

#include <caf/actor_addr.hpp>
#include <caf/local_actor.hpp>

namespace troupe::actors {

/// Monitors another actor for as long as this object lives.
///
/// CAF keeps a monitor with the watched actor, and with it the memory of the
/// watching one, even when that one ended long ago. So an actor that may end
/// before the one it watches (a room before its server, a consumer before its
/// producer) takes its monitor back.
class scoped_monitor {
public:
  scoped_monitor() = default;
  scoped_monitor(const scoped_monitor&) = delete;
  scoped_monitor& operator=(const scoped_monitor&) = delete;

  ~scoped_monitor() {
    end();
  }

  /// From now on `self` gets a `down_msg` when `whom` ends. Ends the monitor
  /// before.
  template <class Handle>
  void begin(caf::local_actor* self, const Handle& whom) {
    end();
    self->monitor(whom);
    self_ = self;
    whom_ = whom.address();
  }

  void end() {
    if (self_)
      self_->demonitor(whom_);
    self_ = nullptr;
    whom_ = nullptr;
  }

private:
  caf::local_actor* self_ = nullptr;
  caf::actor_addr whom_;
};

} // namespace troupe::actors
