#pragma once

#include "actors/messages.hpp"

#include <utility>
#include <vector>

namespace troupe::actors {

/// Lets a room's news through to a client, but none ahead of the answer to a
/// join: that one says who was there when it began.
class news_gate {
public:
  /// A join is under way: news are kept.
  void close() {
    closed_ = true;
  }

  bool closed() const {
    return closed_;
  }

  /// From now on the client is in that room, and is told of no other.
  void enter(uint64_t room) {
    room_ = room;
  }

  /// Calls `tell(const room_news&)`, now or when the gate opens.
  template <class F>
  void handle(room_news& x, F tell) {
    if (closed_)
      held_.push_back(std::move(x));
    else if (x.room == room_)
      tell(x);
  }

  /// The join is answered: lets through what was kept.
  template <class F>
  void open(F tell) {
    closed_ = false;
    for (const auto& x : std::exchange(held_, {}))
      if (x.room == room_)
        tell(x);
  }

private:
  bool closed_ = false;
  uint64_t room_ = 0;
  std::vector<room_news> held_;
};

} // namespace troupe::actors
