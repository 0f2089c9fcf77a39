#pragma once

#include "actors/replica/remote_part.hpp"
#include "actors/replica/union_event.hpp"
#include "actors/replica/union_member.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace troupe::actors {

/// The members and producers of all parts of a room. Takes the changes of each
/// part in its order, and yields what clients are to be told, each once.
///
/// Invariant: of members with one id or one user at most one is reported as
/// being in the room, and a producer only while its member is.
template <class Payload>
class union_roster {
public:
  using pointer = entry_ptr<Payload>;
  using event = union_event<Payload>;

  /// `own` is this node's incarnation.
  explicit union_roster(uint64_t own) : own_(own) {}

  /// Applies a change of a node's part.
  void apply(uint64_t node, const entry_change<Payload>& x) {
    const auto& key = x.now ? x.now->key : x.before->key;
    if (key.kind != entry_kind::member)
      apply_producer(node, x);
    else if (!x.now)
      remove_member(node, key.id);
    else if (!x.before)
      add_member(node, x.now);
    else
      replace_member(node, x);
  }

  /// Closes a node's producers, until it is said to be alive again. Its members
  /// stay.
  void set_alive(uint64_t node, bool alive) {
    auto& x = groups_[node];
    x.alive = alive;
    for (const auto& [id, who] : x.members)
      if (!alive)
        close_all(*who);
      else if (who->reported)
        open_all(*who);
  }

  /// Removes all of a node's members.
  void remove_node(uint64_t node) {
    auto i = groups_.find(node);
    if (i == groups_.end())
      return;
    while (!i->second.members.empty())
      remove_member(node, std::string{i->second.members.begin()->first});
    groups_.erase(i);
  }

  /// Whether a node has members.
  bool has_members(uint64_t node) const {
    auto i = groups_.find(node);
    return i != groups_.end() && !i->second.members.empty();
  }

  /// Reports another host, if it has changed since the last call.
  void report_host() {
    const auto now = host();
    const auto other =
        !now || !host_ ? now != host_ : now->since != host_->since;
    host_ = now;
    if (other)
      report(union_change::host_changed,
             now ? find_member(now->key.id).first : 0, now);
  }

  /// Adds an event about the room as a whole.
  void report_lock(const lock_register& x) {
    events_.push_back({union_change::lock_changed, 0, nullptr, nullptr, x});
  }

  /// Returns the next event, or nothing.
  std::optional<event> poll_event() {
    if (events_.empty())
      return std::nullopt;
    auto out = std::move(events_.front());
    events_.pop_front();
    return out;
  }

  /// The number of members that are reported as being in the room.
  size_t size() const {
    return reported_.size();
  }

  /// The node and the entry of a reported member; null if there is none.
  std::pair<uint64_t, pointer> find_member(const std::string& id) const {
    auto i = reported_.find(id);
    if (i == reported_.end())
      return {};
    return {i->second->node, i->second->what};
  }

  /// The same of a producer.
  std::pair<uint64_t, pointer> find_producer(const entry_key& key) const {
    auto i = open_.find(key);
    return i == open_.end() ? std::pair<uint64_t, pointer>{} : i->second;
  }

  /// The oldest reported member of those that may be host; null if there is
  /// none.
  pointer host() const {
    return candidates_.empty() ? nullptr : candidates_.begin()->second;
  }

  /// Producers that were left out since another part has one with the same id.
  uint64_t ids_taken(uint64_t node) const {
    auto i = groups_.find(node);
    return i == groups_.end() ? 0 : i->second.ids_taken;
  }

private:
  using members = union_members<Payload>;
  using member = union_member<Payload>;
  using member_ptr = std::shared_ptr<member>;

  struct group {
    bool alive = true;
    std::map<std::string, member_ptr> members;
    uint64_t ids_taken = 0;
  };

  void add_member(uint64_t node, const pointer& what) {
    auto who = std::make_shared<member>(member{node, what});
    groups_[node].members[what->key.id] = who;
    index_.add(who);
    settle(*who);
  }

  void remove_member(uint64_t node, const std::string& id) {
    auto& list = groups_[node].members;
    auto i = list.find(id);
    if (i == list.end())
      return;
    const auto who = i->second;
    list.erase(i);
    index_.remove(who);
    hide(*who);
    settle(*who);
  }

  // The user of a member may become known later.
  void replace_member(uint64_t node, const entry_change<Payload>& x) {
    const auto who = groups_[node].members.at(x.now->key.id);
    if (who->reported)
      candidates_.erase(rank_of(*who));
    const member former{node, x.before};
    index_.remove(who);
    who->what = x.now;
    index_.add(who);
    if (who->reported) {
      rank(*who);
      report(union_change::changed, node, x.now);
    }
    if (x.before->owner != x.now->owner) {
      settle(former);
      settle(*who);
    }
  }

  void apply_producer(uint64_t node, const entry_change<Payload>& x) {
    auto& from = groups_[node];
    auto i = from.members.find(x.now ? x.now->owner : x.before->owner);
    if (i == from.members.end())
      return;
    auto& who = *i->second;
    if (!x.before) {
      who.producers.push_back({x.now});
      if (who.reported && from.alive)
        open(who, who.producers.back());
      return;
    }
    auto* known = who.find(x.before->key);
    if (!known)
      return;
    if (!x.now) {
      close(who, *known);
      std::erase_if(who.producers, [&](const auto& y) {
        return y.what->key == x.before->key;
      });
      return;
    }
    known->what = x.now;
    if (known->reported) {
      open_[x.now->key].second = x.now;
      report(union_change::changed, node, x.now);
    }
  }

  // Reports who leaves and who joins after `x` came, went or changed.
  void settle(const member& x) {
    const auto rivals = index_.rivals(x);
    for (const auto& who : rivals)
      if (auto winner = index_.find_winner(*who)) {
        hide(*who);
        dismiss(*who, *winner);
      }
    for (const auto& who : rivals)
      if (!who->reported && !index_.find_winner(*who))
        show(who);
  }

  void dismiss(member& who, const member& winner) {
    if (who.node != own_ || who.dismissed)
      return;
    who.dismissed = true;
    const auto why = members::are_twins(who, winner) ? union_change::replaced
                                                     : union_change::id_taken;
    events_.push_back({why, own_, who.what, winner.what});
  }

  void show(const member_ptr& who) {
    who->reported = true;
    reported_[who->what->key.id] = who;
    rank(*who);
    report(union_change::joined, who->node, who->what);
    if (groups_[who->node].alive)
      open_all(*who);
  }

  void hide(member& who) {
    if (!who.reported)
      return;
    close_all(who);
    who.reported = false;
    reported_.erase(who.what->key.id);
    candidates_.erase(rank_of(who));
    report(union_change::left, who.node, who.what);
  }

  static std::pair<stamp, std::string> rank_of(const member& who) {
    return {who.what->since, who.what->key.id};
  }

  void rank(const member& who) {
    if (who.what->host_candidate)
      candidates_.emplace(rank_of(who), who.what);
  }

  void open_all(member& who) {
    for (auto& x : who.producers)
      open(who, x);
  }

  void close_all(member& who) {
    for (auto& x : who.producers)
      close(who, x);
  }

  void open(const member& who, typename member::producer& x) {
    if (x.reported)
      return;
    if (!open_.try_emplace(x.what->key, who.node, x.what).second) {
      ++groups_[who.node].ids_taken;
      return;
    }
    x.reported = true;
    report(union_change::opened, who.node, x.what);
  }

  void close(const member& who, typename member::producer& x) {
    if (!x.reported)
      return;
    x.reported = false;
    open_.erase(x.what->key);
    report(union_change::closed, who.node, x.what);
  }

  void report(union_change kind, uint64_t node, pointer what) {
    events_.push_back({kind, node, std::move(what)});
  }

  const uint64_t own_;
  std::unordered_map<uint64_t, group> groups_;
  members index_;
  // What was reported: members by id, producers with their nodes, and members
  // that may be host, the oldest first.
  std::unordered_map<std::string, member_ptr> reported_;
  std::map<entry_key, std::pair<uint64_t, pointer>> open_;
  std::map<std::pair<stamp, std::string>, pointer> candidates_;
  pointer host_;
  std::deque<event> events_;
};

} // namespace troupe::actors
