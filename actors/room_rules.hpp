#pragma once

#include "actors/ids.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace troupe::actors {

/// Who may moderate a room, and whether it is locked: plain knowledge.
///
/// A right that a token gave or withheld holds. Among the members of whom
/// nothing is said, the one that has been here for longest is the host, and
/// moderates.
class room_rules {
public:
  void add(peer_id who, std::optional<bool> moderates) {
    members_.push_back({std::move(who), moderates});
  }

  void remove(const peer_id& who) {
    std::erase_if(members_, [&](const member& x) { return x.id == who; });
  }

  /// The member has another id now, and the same place in line.
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

  bool may_moderate(const peer_id& who) const {
    auto i = std::ranges::find(members_, who, &member::id);
    if (i == members_.end())
      return false;
    return i->moderates.value_or(host() == who);
  }

  /// Nobody where all rights come from tokens.
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

  /// Whether a newcomer passes the lock. Who moderates has the key.
  bool admits(std::optional<bool> moderates) const {
    return !locked_ || moderates.value_or(false);
  }

private:
  struct member {
    peer_id id;
    std::optional<bool> moderates;
  };

  std::vector<member> members_; // as they came
  bool locked_ = false;
};

} // namespace troupe::actors
