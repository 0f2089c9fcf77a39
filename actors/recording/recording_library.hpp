#pragma once

#include "actors/base/ids.hpp"
#include "protocol/verbs/replies.hpp"

#include <functional>
#include <vector>

namespace troupe::actors {

/// The finished recordings that this node keeps, as the members of their rooms
/// may see them. Used by all rooms at once: calls come from any thread.
class recording_library {
public:
  using listing = std::vector<protocol::recording_summary>;

  virtual ~recording_library() = default;

  /// Finds the finished recordings of a room, the newest first, with signed
  /// addresses. Calls `then` once, from any thread, now or later.
  virtual void list(const room_id& room, std::function<void(listing)> then) = 0;
};

} // namespace troupe::actors
