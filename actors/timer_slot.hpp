#pragma once

#include "net/base/time.hpp"

#include <algorithm>
#include <optional>

namespace troupe::actors {

/// Keeps an actor's one pending tick: asks CAF for a delayed message only when
/// the engine wants its timeout earlier than the tick that is under way.
///
/// A delayed message cannot be taken back, so a tick may come early (an
/// engine's deadline moved back, or a nearer one came between): engines bear
/// a `handle_timeout` before its time.
class timer_slot {
public:
  /// Makes sure that `Tick` reaches `self` at `deadline` or soon after, but no
  /// more often than every 5 ms.
  template <class Self, class Tick>
  void arm(Self* self, std::optional<net::time_point> deadline, Tick tick) {
    if (!deadline || (pending_ && *pending_ <= *deadline))
      return;
    auto now = self->clock().now();
    auto at = std::max(*deadline, now + std::chrono::milliseconds{5});
    if (pending_ && *pending_ <= at)
      return;
    pending_ = at;
    self->delayed_send(self, at - now, std::move(tick));
  }

  /// To be called when a tick has come. One that a nearer deadline overtook
  /// leaves the one under way alone: else each would beget another for ever.
  void fired(net::time_point now) {
    if (pending_ && now >= *pending_)
      pending_.reset();
  }

private:
  std::optional<net::time_point> pending_;
};

} // namespace troupe::actors
