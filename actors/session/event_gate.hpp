#pragma once

#include "actors/base/messages.hpp"

#include <utility>
#include <vector>

namespace troupe::actors {

/// Passes a room's events to a client, but none before the response to a join,
/// which lists the members of that moment.
class event_gate {
public:
  /// A join is under way: events are kept.
  void close() {
    closed_ = true;
  }

  bool closed() const {
    return closed_;
  }

  /// From now on the client is in this room, and gets events of no other.
  void enter(uint64_t room) {
    room_ = room;
  }

  /// Calls `send(const room_events&)`, now or when the gate opens.
  template <class F>
  void handle(room_events& x, F send) {
    if (closed_)
      waiting_.push_back(std::move(x));
    else if (x.room == room_)
      send(x);
  }

  /// The join is answered: passes the events that were kept.
  template <class F>
  void open(F send) {
    closed_ = false;
    for (const auto& x : std::exchange(waiting_, {}))
      if (x.room == room_)
        send(x);
  }

private:
  bool closed_ = false;
  uint64_t room_ = 0;
  std::vector<room_events> waiting_;
};

} // namespace troupe::actors
