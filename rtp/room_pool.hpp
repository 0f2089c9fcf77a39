#pragma once

#include "rtp/outgoing_packet.hpp"

#include <utility>
#include <vector>

namespace troupe::rtp {

/// Vectors that held packets on their way, kept for the next: whoever fills one
/// and whoever empties it need not be the same. The last one given is the first
/// taken, so its memory is still in the cache. One thread at a time.
class room_pool {
public:
  /// An empty vector, mostly with room.
  std::vector<outgoing_packet> take() {
    if (rooms_.empty())
      return {};
    auto out = std::move(rooms_.back());
    rooms_.pop_back();
    return out;
  }

  /// Takes a vector back, and lets go of what is in it.
  void give(std::vector<outgoing_packet>&& x) {
    auto room = std::move(x);
    room.clear();
    if (room.capacity() == 0 || room.capacity() > largest
        || rooms_.size() == most)
      return;
    rooms_.push_back(std::move(room));
  }

private:
  /// Rooms that are kept, and packets that each has room for.
  static constexpr size_t most = 64;
  static constexpr size_t largest = 64;

  std::vector<std::vector<outgoing_packet>> rooms_;
};

} // namespace troupe::rtp
