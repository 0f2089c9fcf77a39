#pragma once

#include "actors/media/shard_actor.hpp"

#include <optional>
#include <vector>

namespace troupe::actors {

/// The shards of a room, and how many members each of them serves.
class room_shards {
public:
  /// Small rooms need only one message per batch; large ones spread over all
  /// cores in pieces of some tenths of a millisecond.
  static constexpr size_t members_per_shard = 32;

  /// Assigns a member to the first shard that has a free slot, or to the one
  /// that `spawn` returns if none has. Returns the shard's index.
  template <class Spawn>
  size_t assign(Spawn spawn) {
    size_t i = 0;
    while (i < shards_.size()
           && (shards_[i].failed || shards_[i].members >= members_per_shard))
      ++i;
    if (i == shards_.size())
      shards_.push_back({spawn()});
    ++shards_[i].members;
    return i;
  }

  /// A member of this shard has left.
  void release(size_t index) {
    --shards_[index].members;
  }

  /// The shard ended by a fault: no more members are assigned to it. Returns
  /// its index; nothing if `gone` is none of the shards.
  std::optional<size_t> fail(const caf::actor_addr& gone) {
    for (size_t i = 0; i < shards_.size(); ++i)
      if (shards_[i].actor.address() == gone) {
        shards_[i].failed = true;
        return i;
      }
    return std::nullopt;
  }

  const shard_actor& at(size_t index) const {
    return shards_[index].actor;
  }

  size_t members(size_t index) const {
    return shards_[index].members;
  }

private:
  struct shard {
    shard_actor actor;
    size_t members = 0;
    bool failed = false;
  };

  std::vector<shard> shards_;
};

} // namespace troupe::actors
