#pragma once

#include "actors/replica/part_entry.hpp"

#include <cstdint>

namespace troupe::actors {

/// What has changed in the union of a room's parts.
enum class union_change : uint8_t {
  /// A member is in the room.
  joined,
  /// A member's entry or a producer's entry was replaced.
  changed,
  /// A member has left. All its producers were closed before.
  left,
  /// A producer is there. Its member joined before.
  opened,
  /// A producer is gone.
  closed,
  /// A member of this node is replaced by the same user, whose newer member is
  /// in `winner`: its session has to end.
  replaced,
  /// A member of this node has the id of another user's older member, which is
  /// in `winner`: its session has to end.
  id_taken,
  /// `what` is the host; null if there is none.
  host_changed,
  /// The room was locked or unlocked.
  lock_changed,
};

/// One change, which is reported once.
template <class Payload>
struct union_event {
  union_change kind = union_change::joined;
  /// The incarnation of the node whose part has the entry.
  uint64_t node = 0;
  entry_ptr<Payload> what;
  entry_ptr<Payload> winner = {};
  /// Only for lock_changed.
  lock_register lock = {};
};

} // namespace troupe::actors
