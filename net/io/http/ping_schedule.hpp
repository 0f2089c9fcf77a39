#pragma once

#include "net/base/time.hpp"

#include <algorithm>

namespace troupe::net {

/// Decides when a silent WebSocket is pinged, and when its client is gone. An
/// engine.
///
/// A client that sends nothing is pinged after half of the idle timeout, and is
/// gone if it sends nothing for another half. While its media proves that it is
/// alive (`client_liveness`), the ping waits, for at most the whole timeout:
/// - A client that has vanished sends no ICE checks either. It is pinged a
///   quarter of the timeout after the last one, so it is found before a
///   WebSocket without media might be.
/// - A dead WebSocket of a client whose media lives on is found after one and a
///   half timeouts.
/// - Proxies and address translators see a frame within the timeout.
class ping_schedule {
public:
  enum class action { none, ping, drop };

  ping_schedule(duration idle_timeout, time_point now)
      : timeout_(idle_timeout)
      , heard_(now) {}

  /// Octets have come on the WebSocket: they answer a ping, too.
  void handle_octets(time_point now) {
    heard_ = now;
    awaits_answer_ = false;
  }

  /// Returns what is to be done now. `alive` is when the client's media last
  /// proved that it is alive, or time_point::min(). May be called early.
  action handle_timeout(time_point now, time_point alive) {
    if (now < poll_timeout(alive))
      return action::none;
    if (awaits_answer_)
      return action::drop;
    awaits_answer_ = true;
    pinged_ = now;
    return action::ping;
  }

  /// When handle_timeout() is next wanted. Later octets and checks only move it
  /// back, so there is no need to ask again before that time.
  time_point poll_timeout(time_point alive) const {
    if (awaits_answer_)
      return pinged_ + timeout_ / 2;
    auto due = std::max(heard_ + timeout_ / 2, alive + timeout_ / 4);
    return std::min(due, heard_ + timeout_);
  }

private:
  duration timeout_;
  time_point heard_;
  bool awaits_answer_ = false;
  time_point pinged_{};
};

} // namespace troupe::net
