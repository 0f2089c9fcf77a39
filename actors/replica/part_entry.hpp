#pragma once

#include "actors/replica/hybrid_clock.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace troupe::actors {

/// What a room consists of. A member comes before its producers in every list.
enum class entry_kind : uint8_t { member, producer, data_producer };

/// Names an entry within a room.
struct entry_key {
  entry_kind kind = entry_kind::member;
  std::string id;

  auto operator<=>(const entry_key&) const = default;
};

/// A member or a producer of a room, as the nodes tell each other.
template <class Payload>
struct part_entry {
  entry_key key;
  /// Of a producer: the id of its member, which is in the same part. Of a
  /// member: its user, or empty if that is unknown. Two members with one user
  /// are twins, of which only the newer stays.
  std::string owner;
  /// When the member joined, or the producer was opened. An entry that leaves
  /// and comes back with the same id has another stamp.
  stamp since;
  /// Of a member: whether its rights depend on its age, since its token says
  /// nothing of them.
  bool host_candidate = false;
  /// What this layer does not look into.
  Payload payload{};

  bool operator==(const part_entry&) const = default;
};

/// Entries do not change once they are shared.
template <class Payload>
using entry_ptr = std::shared_ptr<const part_entry<Payload>>;

/// Whether a room is locked. Of several registers the one with the newest stamp
/// holds.
struct lock_register {
  bool locked = false;
  stamp at = {};
  /// The member that decided it; empty for the server's operator.
  std::string by = {};

  bool operator==(const lock_register&) const = default;
};

/// One life of a node's part of a room.
struct part_epoch {
  /// The node's incarnation.
  uint64_t incarnation = 0;
  /// 1 or more; grows each time that this process opens the room.
  uint64_t opening = 0;

  auto operator<=>(const part_epoch&) const = default;
};

/// How much of a part is known: all changes up to the number `seq`.
struct part_position {
  part_epoch epoch;
  uint64_t seq = 0;

  auto operator<=>(const part_position&) const = default;
};

/// An entry that is added or replaced, the key of one that is removed, or the
/// part's lock register.
template <class Payload>
using part_change = std::variant<part_entry<Payload>, entry_key, lock_register>;

/// The changes `from` + 1, `from` + 2, ... of a part. Without any it tells that
/// `from` is the last.
template <class Payload>
struct part_delta {
  part_epoch epoch;
  uint64_t from = 0;
  std::vector<part_change<Payload>> changes;
};

/// A piece of a whole part, as it was after the change `seq`.
template <class Payload>
struct part_snapshot {
  part_epoch epoch;
  uint64_t seq = 0;
  /// Counts the pieces from 0.
  uint32_t piece = 0;
  bool last = false;
  lock_register lock;
  /// Members come before producers, in all pieces together.
  std::vector<part_entry<Payload>> entries;
};

/// The most entries of a snapshot's piece, and the most changes of a delta.
constexpr size_t max_part_message = 64;

} // namespace troupe::actors
