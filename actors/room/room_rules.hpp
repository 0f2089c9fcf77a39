#pragma once

#include "actors/base/ids.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace troupe::actors {

/// Decides who may moderate a room, and whether it is locked.
///
/// A right that a token grants or withholds is final. Among the members whose
/// tokens say nothing, the one that has been here for longest is the host, and
/// moderates.
class room_rules {
public:
  void add(peer_id who, std::optional<bool> moderates) {
    members_.push_back({std::move(who), moderates, ++ranks_});
  }

  void remove(const peer_id& who) {
    std::erase_if(members_, [&](const member& x) { return x.id == who; });
  }

  /// The member has another id now, and keeps its rank.
  void rename(const peer_id& from, peer_id to) {
    if (auto i = std::ranges::find(members_, from, &member::id);
        i != members_.end())
      i->id = std::move(to);
  }

  /// The member has another token now.
  void change(const peer_id& who, std::optional<bool> moderates) {
    if (auto i = std::ranges::find(members_, who, &member::id);
        i != members_.end())
      i->moderates = moderates;
  }

  /// A member's rank, the host's being the lowest; nothing for a non-member.
  std::optional<uint64_t> rank_of(const peer_id& who) const {
    auto i = std::ranges::find(members_, who, &member::id);
    return i == members_.end() ? std::nullopt : std::optional{i->rank};
  }

  /// Gives a member a rank that a member of this room had before.
  void move_to(const peer_id& who, uint64_t rank) {
    if (auto i = std::ranges::find(members_, who, &member::id);
        i != members_.end())
      i->rank = rank;
    std::ranges::stable_sort(members_, {}, &member::rank);
  }

  /// Ranks the member as if it had joined last.
  void move_to_end(const peer_id& who) {
    move_to(who, ++ranks_);
  }

  bool may_moderate(const peer_id& who) const {
    auto i = std::ranges::find(members_, who, &member::id);
    if (i == members_.end())
      return false;
    return i->moderates.value_or(host() == who);
  }

  /// Nothing if all rights come from tokens.
  std::optional<peer_id> host() const {
    auto i = std::ranges::find_if(members_,
                                  [](const member& x) { return !x.moderates; });
    return i == members_.end() ? std::nullopt : std::optional{i->id};
  }

  bool locked() const {
    return locked_;
  }

  void lock(bool locked) {
    locked_ = locked;
  }

  /// Whether a joining client passes the lock, as moderators by token do.
  bool admits(std::optional<bool> moderates) const {
    return !locked_ || moderates.value_or(false);
  }

private:
  struct member {
    peer_id id;
    std::optional<bool> moderates;
    uint64_t rank = 0;
  };

  std::vector<member> members_; // by rank
  uint64_t ranks_ = 0;          // given so far
  bool locked_ = false;
};

} // namespace troupe::actors
