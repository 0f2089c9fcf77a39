#pragma once

#include "actors/replica/own_part.hpp"
#include "actors/replica/remote_part.hpp"
#include "actors/replica/union_roster.hpp"
#include "net/base/time.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

/// Parameters of a room's union.
struct union_settings {
  /// How long members stay after their node died, for their users to return
  /// (`room.reconnect-grace`).
  net::duration grace = std::chrono::seconds{10};
  part_limits limits = {};
};

/// A room over several nodes, as one node sees it: its own part and those of
/// the other nodes. Nobody owns the room; equal parts make equal unions.
///
/// An engine: changes go in, and poll_event() yields what clients are to be
/// told, each once. It also yields this node's own changes. Other nodes are
/// named by their incarnations, and what one of them says concerns its own part
/// only.
template <class Payload>
class room_union {
public:
  using entry = part_entry<Payload>;
  using pointer = entry_ptr<Payload>;
  using event = union_event<Payload>;

  /// `epoch` is of this node's part; its incarnation is this node's.
  explicit room_union(part_epoch epoch, union_settings settings = {})
      : node_(epoch.incarnation)
      , settings_(settings)
      , own_(epoch)
      , roster_(epoch.incarnation) {}

  // -- this node's part -------------------------------------------------------

  /// Adds or replaces an entry. Returns false if it is a producer whose member
  /// is not in this part.
  bool set(entry x) {
    const auto key = x.key;
    const auto before = own_.entries().find(key);
    if (before && before->since != x.since)
      remove(key);
    const auto kept = own_.entries().find(key);
    if (kept && *kept == x)
      return true;
    if (!own_.set(std::move(x)))
      return false;
    roster_.apply(node_, {kept, own_.entries().find(key)});
    report_room();
    return true;
  }

  /// Removes an entry; a member's producers go before it. Returns false if
  /// there is none.
  bool remove(const entry_key& key) {
    auto gone = own_.entries().find(key);
    if (!gone)
      return false;
    if (key.kind == entry_kind::member)
      for (const auto& x : own_.entries().producers_of(key.id))
        remove(x);
    own_.remove(key);
    roster_.apply(node_, {std::move(gone), nullptr});
    report_room();
    return true;
  }

  /// Locks or unlocks the room. The stamp is a new one of this node.
  void set_lock(lock_register x) {
    own_.set_lock(std::move(x));
    note_lock(own_.lock());
    report_room();
  }

  const own_part<Payload>& own() const {
    return own_;
  }

  // -- the other nodes' parts -------------------------------------------------

  /// A node is connected, or connected again, and has a part of this room. Has
  /// to be told before its messages.
  void attach(uint64_t node) {
    if (node == node_)
      return;
    auto i = views_.try_emplace(node, node, settings_.limits).first;
    i->second.attached = true;
    i->second.part.handle_link_reset();
  }

  /// The link to a node broke. Its part holds; nothing is reported.
  void suspect(uint64_t node) {
    if (auto* x = find(node)) {
      x->attached = false;
      x->part.handle_link_reset();
    }
  }

  /// A node is dead, or restarted: its producers are closed at once, and its
  /// members leave after the grace time. One that comes back until then finds
  /// its members here.
  void handle_dead(uint64_t node, net::time_point now) {
    auto* x = find(node);
    if (!x)
      return;
    x->attached = false;
    x->alive = false;
    keep_lock(x->part.lock());
    if (!x->until)
      x->until = now + settings_.grace;
    roster_.set_alive(node, false);
    if (*x->until <= now || !roster_.has_members(node))
      drop(node);
    report_room();
  }

  /// A node closed the room, or left the cluster: its members leave at once.
  void handle_closed(uint64_t node) {
    auto* x = find(node);
    if (!x)
      return;
    x->attached = false;
    drop(node);
    report_room();
  }

  /// Handles a piece of a snapshot from the link of `node`. `clock` observes
  /// its stamps at the wall clock's time `wall_ms`.
  part_outcome handle_snapshot(uint64_t node, part_snapshot<Payload> in,
                               hybrid_clock& clock, int64_t wall_ms) {
    auto* x = find(node);
    if (!x || !x->attached)
      return part_outcome::stale;
    const auto before = x->part.lock();
    const auto out = x->part.handle_snapshot(std::move(in), clock, wall_ms);
    take_changes(node, *x, before);
    return out;
  }

  /// Handles a delta from the link of `node`.
  part_outcome handle_delta(uint64_t node, part_delta<Payload> in,
                            hybrid_clock& clock, int64_t wall_ms) {
    auto* x = find(node);
    if (!x || !x->attached)
      return part_outcome::stale;
    const auto before = x->part.lock();
    const auto out = x->part.handle_delta(std::move(in), clock, wall_ms);
    take_changes(node, *x, before);
    return out;
  }

  /// What a node has to be asked for: the changes after this position. Nothing
  /// if it is not attached, or nothing is missing.
  std::optional<part_position> wanted_from(uint64_t node) const {
    auto i = views_.find(node);
    if (i == views_.end() || !i->second.attached
        || !i->second.part.wants_resync())
      return std::nullopt;
    return i->second.part.position();
  }

  /// Whether anything is known of a node's part, or expected: nothing is once
  /// its members have left for good.
  bool knows(uint64_t node) const {
    return views_.contains(node);
  }

  bool is_attached(uint64_t node) const {
    auto i = views_.find(node);
    return i != views_.end() && i->second.attached;
  }

  /// Whether the parts of all attached nodes are known.
  bool complete() const {
    return std::ranges::all_of(views_, [](const auto& x) {
      return !x.second.attached || x.second.alive;
    });
  }

  /// Lets members go whose node is dead and whose grace time is over.
  void handle_timeout(net::time_point now) {
    std::vector<uint64_t> over;
    for (const auto& [node, x] : views_)
      if (x.until && *x.until <= now)
        over.push_back(node);
    for (auto node : over)
      drop(node);
    report_room();
  }

  /// When handle_timeout() is next wanted, or nothing.
  std::optional<net::time_point> poll_timeout() const {
    std::optional<net::time_point> out;
    for (const auto& [node, x] : views_)
      if (x.until && (!out || *x.until < *out))
        out = x.until;
    return out;
  }

  // -- the union --------------------------------------------------------------

  /// Returns the next event, or nothing.
  std::optional<event> poll_event() {
    return roster_.poll_event();
  }

  /// The members and producers that are reported as being in the room.
  const union_roster<Payload>& roster() const {
    return roster_;
  }

  const lock_register& lock() const {
    return lock_;
  }

  /// Refused messages and entries of a node, since its part became known.
  uint64_t violations(uint64_t node) const {
    auto i = views_.find(node);
    return i == views_.end()
               ? 0
               : i->second.part.violations() + roster_.ids_taken(node);
  }

private:
  struct view {
    view(uint64_t node, part_limits limits) : part(node, limits) {}

    remote_part<Payload> part;
    bool attached = false;
    // Its whole part is known, and it has not been declared dead since then.
    bool alive = false;
    // When its members leave, if it is dead.
    std::optional<net::time_point> until;
  };

  view* find(uint64_t node) {
    auto i = views_.find(node);
    return i == views_.end() ? nullptr : &i->second;
  }

  void take_changes(uint64_t node, view& x, const lock_register& before) {
    while (auto change = x.part.poll_change())
      roster_.apply(node, *change);
    if (!x.alive && !x.part.wants_resync()) {
      x.alive = true;
      x.until.reset();
      roster_.set_alive(node, true);
    }
    if (x.part.lock().at < before.at)
      keep_lock(before);
    note_lock(x.part.lock());
    report_room();
  }

  void drop(uint64_t node) {
    auto& x = views_.at(node);
    keep_lock(x.part.lock());
    roster_.remove_node(node);
    if (x.attached) {
      // Connected again, but not yet heard.
      x.until.reset();
      x.part.clear();
    } else {
      views_.erase(node);
    }
  }

  // The part that has the newest register is about to be lost: this node's part
  // has it from now on, like those of all others that know it.
  void keep_lock(const lock_register& x) {
    if (x.at == lock_.at)
      own_.set_lock(lock_);
  }

  void note_lock(const lock_register& x) {
    if (x.at > lock_.at)
      lock_ = x;
  }

  // Reports what is true of the room as a whole, if it has changed.
  void report_room() {
    roster_.report_host();
    if (lock_.locked != reported_lock_) {
      reported_lock_ = lock_.locked;
      roster_.report_lock(lock_);
    }
  }

  const uint64_t node_;
  const union_settings settings_;
  own_part<Payload> own_;
  std::map<uint64_t, view> views_;
  union_roster<Payload> roster_;
  lock_register lock_;
  bool reported_lock_ = false;
};

} // namespace troupe::actors
