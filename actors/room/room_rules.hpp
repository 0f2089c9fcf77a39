#pragma once

#include "actors/base/ids.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace troupe::actors {

/// What decides whether a member without a right from its token is a host.
struct standing {
  uint64_t rank = 0;      // the lowest is host
  bool made_host = false; // by another host

  bool operator==(const standing&) const = default;
};

/// Decides who may moderate a room, and whether it is locked.
///
/// A right that a token grants or withholds is final. Among the members whose
/// tokens say nothing, the one that has been here for longest is a host, and so
/// is each that a host has made one. Hosts moderate.
class room_rules {
public:
  /// A member that has become a host, or no longer is.
  struct host_change {
    peer_id who;
    bool host = false;
  };

  /// Adds a member as the youngest, or with a rank that all nodes agree on.
  void add(peer_id who, std::optional<bool> moderates,
           std::optional<uint64_t> rank = {}) {
    ranks_ = rank ? std::max(ranks_, *rank) : ranks_ + 1;
    members_.push_back({std::move(who), moderates, {rank.value_or(ranks_)}});
    if (rank)
      sort();
    changed_ = true;
  }

  /// Sets what another node says of its member's standing.
  void set_standing(const peer_id& who, const actors::standing& is) {
    if (auto* x = find(who); x && x->standing != is) {
      x->standing = is;
      sort();
    }
  }

  void remove(const peer_id& who) {
    std::erase_if(members_, [&](const member& x) { return x.id == who; });
    changed_ = true;
  }

  /// The member has another id now, and keeps its standing.
  void rename(const peer_id& from, peer_id to) {
    if (auto* x = find(from))
      x->id = std::move(to);
  }

  /// The member has another token now.
  void change(const peer_id& who, std::optional<bool> moderates) {
    if (auto* x = find(who))
      x->moderates = moderates;
    changed_ = true;
  }

  /// Makes a member a host until it leaves. Returns false if its token
  /// withholds that right.
  bool make_host(const peer_id& who) {
    auto* x = find(who);
    if (!x)
      return false;
    if (x->moderates)
      return *x->moderates;
    x->standing.made_host = true;
    changed_ = true;
    return true;
  }

  /// Whether make_host() would do so.
  bool may_be_host(const peer_id& who) const {
    const auto* x = find(who);
    return x && x->moderates.value_or(true);
  }

  /// Nothing for a non-member.
  std::optional<actors::standing> standing_of(const peer_id& who) const {
    const auto* x = find(who);
    return x ? std::optional{x->standing} : std::nullopt;
  }

  /// Gives a member what a member of this room had before, in addition to what
  /// it has.
  void restore(const peer_id& who, const actors::standing& former) {
    if (auto* x = find(who)) {
      x->standing.rank = std::min(x->standing.rank, former.rank);
      x->standing.made_host = x->standing.made_host || former.made_host;
    }
    sort();
  }

  /// Ranks the member as if it had joined last: nobody has made it a host.
  void move_to_end(const peer_id& who) {
    if (auto* x = find(who))
      x->standing = {++ranks_};
    sort();
  }

  bool may_moderate(const peer_id& who) const {
    const auto* x = find(who);
    return x && is_host(*x, find_oldest());
  }

  /// The host that has been here for longest, or nothing if all rights come
  /// from tokens.
  std::optional<peer_id> host() const {
    const auto* x = find_oldest();
    return x ? std::optional{x->id} : std::nullopt;
  }

  /// All hosts, by rank.
  std::vector<peer_id> hosts() const {
    std::vector<peer_id> out;
    const auto* oldest = find_oldest();
    for (const auto& x : members_)
      if (is_host(x, oldest))
        out.push_back(x.id);
    return out;
  }

  /// The members that have become hosts since the last call, or no longer are.
  std::vector<host_change> poll_changes() {
    std::vector<host_change> out;
    if (!std::exchange(changed_, false))
      return out;
    const auto* oldest = find_oldest();
    for (auto& x : members_)
      if (auto now = is_host(x, oldest); now != x.reported) {
        x.reported = now;
        out.push_back({x.id, now});
      }
    return out;
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
    actors::standing standing;
    bool reported = false; // as a host, by poll_changes()
  };

  static bool is_host(const member& x, const member* oldest) {
    return x.moderates.value_or(x.standing.made_host || &x == oldest);
  }

  const member* find(const peer_id& who) const {
    auto i = std::ranges::find(members_, who, &member::id);
    return i == members_.end() ? nullptr : &*i;
  }

  member* find(const peer_id& who) {
    auto i = std::ranges::find(members_, who, &member::id);
    return i == members_.end() ? nullptr : &*i;
  }

  // The first member whose token says nothing, or null.
  const member* find_oldest() const {
    auto i = std::ranges::find_if(members_,
                                  [](const member& x) { return !x.moderates; });
    return i == members_.end() ? nullptr : &*i;
  }

  void sort() {
    // No two members of one node have the same rank, but of two nodes they may.
    std::ranges::stable_sort(members_, {}, [](const member& x) {
      return std::tie(x.standing.rank, x.id);
    });
    changed_ = true;
  }

  std::vector<member> members_; // by rank
  uint64_t ranks_ = 0;          // given so far
  bool locked_ = false;
  bool changed_ = false; // since poll_changes()
};

} // namespace troupe::actors
