#pragma once

#include "actors/replica/part_table.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace troupe::actors {

/// What became of a message about another node's part.
enum class part_outcome : uint8_t {
  /// It was new, or confirmed that nothing is missing.
  applied,
  /// All of it was known.
  duplicate,
  /// It is of an older epoch or state, or of another incarnation.
  stale,
  /// Something before it is missing: the part wants to be sent anew.
  gap,
  /// It breaks a rule of its form; counted as a violation.
  refused,
};

/// How much one node may tell of one room.
struct part_limits {
  size_t max_entries = 32'768;
  /// Octets of an entry's id, and of its owner.
  size_t max_id = 255;
};

/// An entry that was added (`before` is null), removed (`now` is null) or
/// replaced.
template <class Payload>
struct entry_change {
  entry_ptr<Payload> before;
  entry_ptr<Payload> now;
};

/// What this node knows of another node's part of a room. Applies snapshots and
/// deltas in order, each change once, and yields what changed.
///
/// Invariant: a producer is yielded after its member was, and removed before
/// it.
template <class Payload>
class remote_part {
public:
  using entry = part_entry<Payload>;
  using change = entry_change<Payload>;

  /// `incarnation` is that of the node; messages of another one are stale.
  explicit remote_part(uint64_t incarnation, part_limits limits = {})
      : limits_(limits) {
    known_.epoch.incarnation = incarnation;
  }

  /// Handles a piece of a snapshot. `clock` observes its stamps at the wall
  /// clock's time `wall_ms`.
  part_outcome handle_snapshot(part_snapshot<Payload> in, hybrid_clock& clock,
                               int64_t wall_ms) {
    const part_position at{in.epoch, in.seq};
    if (is_older(at))
      return part_outcome::stale;
    if (complete_ && !wants_resync_ && at == known_)
      return part_outcome::duplicate;
    if (in.entries.size() > max_part_message)
      return refuse();
    if (in.piece == 0)
      incoming_ = snapshot_in_progress{at, 0, {}};
    else if (!incoming_ || incoming_->at != at
             || incoming_->next_piece != in.piece)
      return miss();
    ++incoming_->next_piece;
    for (auto& x : in.entries) {
      if (incoming_->entries.size() == limits_.max_entries) {
        ++violations_;
        break;
      }
      incoming_->entries.push_back(accept(std::move(x), clock, wall_ms));
    }
    if (in.last) {
      replace_all(at);
      take_lock(in.lock, clock, wall_ms);
    }
    return part_outcome::applied;
  }

  /// Handles a delta, of which only the unknown changes count.
  part_outcome handle_delta(part_delta<Payload> in, hybrid_clock& clock,
                            int64_t wall_ms) {
    if (in.epoch.incarnation != known_.epoch.incarnation
        || (complete_ && in.epoch < known_.epoch))
      return part_outcome::stale;
    if (in.changes.size() > max_part_message)
      return refuse();
    if (!complete_ || in.epoch > known_.epoch || in.from > known_.seq)
      return miss();
    const auto skip = known_.seq - in.from;
    if (skip > in.changes.size()
        || (skip == in.changes.size() && !in.changes.empty()))
      return part_outcome::duplicate;
    for (auto i = static_cast<size_t>(skip); i < in.changes.size(); ++i)
      apply(std::move(in.changes[i]), clock, wall_ms);
    known_.seq = in.from + in.changes.size();
    wants_resync_ = false;
    return part_outcome::applied;
  }

  /// The link is new: what was under way on the old one is lost.
  void handle_link_reset() {
    incoming_.reset();
    wants_resync_ = true;
  }

  /// Forgets all entries, without yielding changes, until a snapshot comes.
  void clear() {
    incoming_.reset();
    entries_ = {};
    changes_.clear();
    known_ = {{known_.epoch.incarnation, 0}, 0};
    complete_ = false;
    wants_resync_ = true;
  }

  /// Returns the next change, or nothing.
  std::optional<change> poll_change() {
    if (changes_.empty())
      return std::nullopt;
    auto out = std::move(changes_.front());
    changes_.pop_front();
    return out;
  }

  /// Whether the node has to be asked for what comes after `position()`: it
  /// answers with a delta, or with a snapshot if it cannot.
  bool wants_resync() const {
    return wants_resync_;
  }

  const part_position& position() const {
    return known_;
  }

  /// The entries of which all changes have been yielded or wait to be polled.
  const part_table<Payload>& entries() const {
    return entries_;
  }

  /// Its stamp is at most hybrid_clock::max_drift_ms ahead of this node.
  const lock_register& lock() const {
    return lock_;
  }

  /// The number of messages and entries that were refused.
  uint64_t violations() const {
    return violations_;
  }

private:
  using pointer = entry_ptr<Payload>;

  struct snapshot_in_progress {
    part_position at;
    uint32_t next_piece = 0;
    std::vector<pointer> entries;
  };

  bool is_older(const part_position& x) const {
    return x.epoch.incarnation != known_.epoch.incarnation
           || (complete_ && x < known_);
  }

  part_outcome refuse() {
    ++violations_;
    return part_outcome::refused;
  }

  part_outcome miss() {
    wants_resync_ = true;
    return part_outcome::gap;
  }

  static pointer accept(entry x, hybrid_clock& clock, int64_t wall_ms) {
    clock.observe(x.since, wall_ms);
    return std::make_shared<const entry>(std::move(x));
  }

  void take_lock(lock_register x, hybrid_clock& clock, int64_t wall_ms) {
    x.at = clock.observe(x.at, wall_ms);
    if (x.by.size() > limits_.max_id) {
      ++violations_;
      x.by.clear();
    }
    lock_ = std::move(x);
  }

  bool is_valid(const entry& x) const {
    return !x.key.id.empty() && x.key.id.size() <= limits_.max_id
           && x.owner.size() <= limits_.max_id
           && x.key.kind <= entry_kind::data_producer;
  }

  void apply(part_change<Payload> x, hybrid_clock& clock, int64_t wall_ms) {
    if (auto* set = std::get_if<entry>(&x))
      put(accept(std::move(*set), clock, wall_ms));
    else if (auto* removed = std::get_if<entry_key>(&x))
      violations_ += !take(*removed);
    else
      take_lock(std::get<lock_register>(x), clock, wall_ms);
  }

  void put(pointer x) {
    auto before = entries_.find(x->key);
    if (before && *before == *x)
      return;
    if (before && before->since != x->since) {
      take(x->key);
      before = nullptr;
    }
    if (!is_valid(*x) || (!before && entries_.size() >= limits_.max_entries)
        || !entries_.set(x)) {
      ++violations_;
      return;
    }
    changes_.push_back({std::move(before), std::move(x)});
  }

  bool take(const entry_key& key) {
    if (key.kind == entry_kind::member)
      for (const auto& x : entries_.producers_of(key.id))
        take(x);
    auto gone = entries_.remove(key);
    if (!gone)
      return false;
    changes_.push_back({std::move(gone), nullptr});
    return true;
  }

  // Yields the difference to the complete snapshot: first what is gone.
  void replace_all(const part_position& at) {
    auto next = std::move(incoming_->entries);
    incoming_.reset();
    std::ranges::stable_sort(next, [](const pointer& a, const pointer& b) {
      return std::tie(a->key.kind, a->since) < std::tie(b->key.kind, b->since);
    });
    std::set<entry_key> stay;
    for (const auto& x : next)
      stay.insert(x->key);
    std::vector<entry_key> gone;
    for (const auto& [key, x] : entries_.all())
      if (!stay.contains(key))
        gone.push_back(key);
    // Members last.
    for (auto i = gone.rbegin(); i != gone.rend(); ++i)
      take(*i);
    for (auto& x : next)
      put(std::move(x));
    known_ = at;
    complete_ = true;
    wants_resync_ = false;
  }

  part_limits limits_;
  part_position known_;
  bool complete_ = false;
  bool wants_resync_ = true;
  part_table<Payload> entries_;
  lock_register lock_;
  std::optional<snapshot_in_progress> incoming_;
  std::deque<change> changes_;
  uint64_t violations_ = 0;
};

} // namespace troupe::actors
