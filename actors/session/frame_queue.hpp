#pragma once

#include "actors/base/messages.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace troupe::actors {

/// The frames of a client that wait to be handled. Each keeps its receipt, so
/// that it counts as undelivered until then.
class frame_queue {
public:
  /// Octets that may wait, including the overhead of each frame. Reading from a
  /// connection stops long before (net::undelivered_limits); requests over
  /// HTTP, each on a connection of its own, may reach this limit.
  static constexpr size_t limit = 4 << 20;

  /// Queues a frame. Returns false if more than the limit waits.
  bool push(frame_received x) {
    octets_ += cost_of(x);
    frames_.push_back(std::move(x));
    return octets_ <= limit;
  }

  /// The frame that has waited longest, or nothing.
  std::optional<frame_received> pop() {
    if (frames_.empty())
      return std::nullopt;
    auto out = std::move(frames_.front());
    frames_.pop_front();
    octets_ -= cost_of(out);
    return out;
  }

private:
  static size_t cost_of(const frame_received& x) {
    constexpr size_t overhead = 64;
    return x.payload.size() + overhead;
  }

  std::deque<frame_received> frames_;
  size_t octets_ = 0;
};

} // namespace troupe::actors
