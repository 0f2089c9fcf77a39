#pragma once

#include "rtp/packet/outgoing_packet.hpp"

#include <utility>
#include <vector>

namespace troupe::rtp {

/// A pool of packet vectors that keep their capacity. The code that fills a
/// vector may differ from the code that empties it. The last vector given is
/// the first taken, so its memory is still in the cache. One thread at a time.
class packet_vector_pool {
public:
  /// An empty vector, mostly with capacity.
  std::vector<outgoing_packet> take() {
    if (vectors_.empty())
      return {};
    auto out = std::move(vectors_.back());
    vectors_.pop_back();
    return out;
  }

  /// Takes a vector back and destroys its elements.
  void give(std::vector<outgoing_packet>&& x) {
    auto emptied = std::move(x);
    emptied.clear();
    if (emptied.capacity() == 0 || emptied.capacity() > largest
        || vectors_.size() == most)
      return;
    vectors_.push_back(std::move(emptied));
  }

private:
  /// The most vectors that are kept, and the largest capacity of each, in
  /// packets.
  static constexpr size_t most = 64;
  static constexpr size_t largest = 64;

  std::vector<std::vector<outgoing_packet>> vectors_;
};

} // namespace troupe::rtp
