#pragma once

#include "net/base/assert.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::net {

/// Maps an SSRC to its state: a vector of entries and an open-addressing hash
/// index. Holds at most `limit` sources and allocates only to grow. Pointers
/// are valid until the next insert or erase.
template <class State>
class source_table {
public:
  explicit source_table(size_t limit) : limit_(limit) {}

  /// The state of `ssrc`, or null.
  State* find(uint32_t ssrc) {
    if (last_ < entries_.size() && entries_[last_].ssrc == ssrc)
      return &entries_[last_].state;
    if (slots_.empty())
      return nullptr;
    const auto& x = slots_[slot_of(ssrc)];
    if (x.position == 0)
      return nullptr;
    last_ = x.position - 1;
    return &entries_[last_].state;
  }

  /// The same, without access to the state itself.
  const State* peek(uint32_t ssrc) const {
    if (slots_.empty())
      return nullptr;
    const auto& x = slots_[slot_of(ssrc)];
    return x.position == 0 ? nullptr : &entries_[x.position - 1].state;
  }

  /// Adds a source that is not in the table. The table must not be full.
  State& insert(uint32_t ssrc) {
    TROUPE_ASSERT(!full());
    if ((entries_.size() + 1) * 2 > slots_.size())
      grow();
    entries_.push_back({ssrc, State{}});
    link(ssrc, static_cast<uint32_t>(entries_.size()));
    last_ = entries_.size() - 1;
    return entries_.back().state;
  }

  /// Removes a source if it is in the table.
  void erase(uint32_t ssrc) {
    if (find(ssrc) == nullptr)
      return;
    auto gap = slot_of(ssrc);
    auto position = slots_[gap].position;
    // Move later entries of the probe sequence up: find() stops at a free slot.
    for (auto i = next(gap); slots_[i].position != 0; i = next(i))
      if (distance(home(slots_[i].ssrc), i) >= distance(gap, i)) {
        slots_[gap] = slots_[i];
        gap = i;
      }
    slots_[gap] = {};
    if (position != entries_.size()) {
      entries_[position - 1] = std::move(entries_.back());
      slots_[slot_of(entries_[position - 1].ssrc)].position = position;
    }
    entries_.pop_back();
  }

  /// Finds a source to remove: calls `may_go(state)` for one source after the
  /// other, from where the last search ended, at most twice around. Returns the
  /// SSRC of the first for which that is true.
  template <class F>
  std::optional<uint32_t> find_victim(F may_go) {
    for (auto left = 2 * entries_.size(); left > 0; --left) {
      hand_ = hand_ + 1 < entries_.size() ? hand_ + 1 : 0;
      if (may_go(entries_[hand_].state))
        return entries_[hand_].ssrc;
    }
    return std::nullopt;
  }

  bool full() const {
    return entries_.size() >= limit_;
  }

  size_t size() const {
    return entries_.size();
  }

private:
  struct entry {
    uint32_t ssrc;
    State state;
  };

  // Contains the SSRC, so that a look-up reads no other entry.
  struct slot {
    uint32_t ssrc = 0;
    uint32_t position = 0; // index in entries_ plus 1; 0: free
  };

  // The number of slots is a power of two, at least 4.
  size_t home(uint32_t ssrc) const {
    return (uint64_t{ssrc} * 0x9e3779b97f4a7c15u >> 32) & (slots_.size() - 1);
  }

  size_t next(size_t i) const {
    return (i + 1) & (slots_.size() - 1);
  }

  // The number of steps from one slot to another.
  size_t distance(size_t from, size_t to) const {
    return (to - from) & (slots_.size() - 1);
  }

  // The slot of the source, or the free slot where it belongs.
  size_t slot_of(uint32_t ssrc) const {
    auto i = home(ssrc);
    while (slots_[i].position != 0 && slots_[i].ssrc != ssrc)
      i = next(i);
    return i;
  }

  void link(uint32_t ssrc, uint32_t position) {
    slots_[slot_of(ssrc)] = {ssrc, position};
  }

  void grow() {
    slots_.assign(slots_.empty() ? 4 : slots_.size() * 2, {});
    for (size_t i = 0; i < entries_.size(); ++i)
      link(entries_[i].ssrc, static_cast<uint32_t>(i + 1));
  }

  size_t limit_;
  size_t last_ = 0; // the entry found last
  size_t hand_ = 0; // the entry that find_victim() looked at last
  std::vector<entry> entries_;
  std::vector<slot> slots_;
};

} // namespace troupe::net
