#pragma once

#include "actors/replica/part_table.hpp"
#include "net/base/assert.hpp"

#include <deque>
#include <optional>
#include <utility>

namespace troupe::actors {

/// This node's part of a room: its members, their producers, and its lock
/// register. Numbers the changes, so that other nodes can follow them: a node
/// gets a snapshot once, and then deltas.
template <class Payload>
class own_part {
public:
  using entry = part_entry<Payload>;

  /// Keeps the latest `log_size` changes for nodes that lost their link.
  explicit own_part(part_epoch epoch, size_t log_size = 512)
      : epoch_(epoch)
      , log_size_(log_size) {
    // Other nodes ask for the changes after opening 0 if they know nothing.
    TROUPE_ASSERT(epoch.opening > 0);
  }

  /// Adds or replaces an entry; one with another stamp is removed before, with
  /// its producers. Returns false, and adds nothing, if it is a producer whose
  /// member is not in this part.
  bool set(entry x) {
    if (auto known = entries_.find(x.key); known && known->since != x.since)
      remove(x.key);
    auto shared = std::make_shared<const entry>(std::move(x));
    if (!entries_.set(shared))
      return false;
    note(std::move(shared));
    return true;
  }

  /// Removes an entry; a member's producers go before it. Returns false if
  /// there is none.
  bool remove(const entry_key& key) {
    if (key.kind == entry_kind::member)
      for (const auto& x : entries_.producers_of(key.id))
        remove(x);
    if (!entries_.remove(key))
      return false;
    note(key);
    return true;
  }

  /// Replaces the lock register by a newer one. Returns false if it is not
  /// newer.
  bool set_lock(lock_register x) {
    if (x.at <= lock_.at)
      return false;
    lock_ = std::move(x);
    note(lock_);
    return true;
  }

  /// Returns the changes after `since`, at most `most`; none if `since` is up
  /// to date. Returns nothing if only a snapshot can tell them: another epoch,
  /// or changes that are no longer kept.
  std::optional<part_delta<Payload>>
  poll_delta(const part_position& since, size_t most = max_part_message) const {
    if (since.epoch != epoch_ || since.seq > seq_
        || seq_ - since.seq > log_.size())
      return std::nullopt;
    part_delta<Payload> out{epoch_, since.seq, {}};
    const auto waiting = static_cast<size_t>(seq_ - since.seq);
    const auto first = log_.size() - waiting;
    const auto count = std::min(waiting, most);
    out.changes.reserve(count);
    for (size_t i = first; i < first + count; ++i)
      out.changes.push_back(copy(log_[i]));
    return out;
  }

  /// Returns the whole part in pieces of at most `most` entries, at least one.
  /// They have to be sent in this order, before any later delta.
  std::vector<part_snapshot<Payload>>
  snapshot(size_t most = max_part_message) const {
    std::vector<part_snapshot<Payload>> out(1);
    for (const auto& [key, x] : entries_.all()) {
      if (out.back().entries.size() == most)
        out.emplace_back();
      out.back().entries.push_back(*x);
    }
    for (auto& x : out) {
      x.epoch = epoch_;
      x.seq = seq_;
      x.piece = static_cast<uint32_t>(&x - out.data());
      x.lock = lock_;
    }
    out.back().last = true;
    return out;
  }

  part_position position() const {
    return {epoch_, seq_};
  }

  const part_table<Payload>& entries() const {
    return entries_;
  }

  const lock_register& lock() const {
    return lock_;
  }

private:
  using logged = std::variant<entry_ptr<Payload>, entry_key, lock_register>;

  static part_change<Payload> copy(const logged& x) {
    if (const auto* set = std::get_if<entry_ptr<Payload>>(&x))
      return **set;
    if (const auto* removed = std::get_if<entry_key>(&x))
      return *removed;
    return std::get<lock_register>(x);
  }

  void note(logged x) {
    ++seq_;
    log_.push_back(std::move(x));
    if (log_.size() > log_size_)
      log_.pop_front();
  }

  part_epoch epoch_;
  size_t log_size_;
  uint64_t seq_ = 0;
  part_table<Payload> entries_;
  lock_register lock_;
  // The latest changes; the last one has the number seq_.
  std::deque<logged> log_;
};

} // namespace troupe::actors
