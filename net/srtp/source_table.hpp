#pragma once

#include "net/base/assert.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::net {

/// Finds the state that belongs to an SSRC: entries in one vector, and an
/// open-addressed index over it. Holds at most `limit` sources; allocates only
/// when it grows. Pointers last until the next insert.
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
    for (auto i = home(ssrc);; i = next(i)) {
      const auto& x = slots_[i];
      if (x.position == 0)
        return nullptr;
      if (x.ssrc == ssrc) {
        last_ = x.position - 1;
        return &entries_[last_].state;
      }
    }
  }

  /// Adds a source that is not there yet. The table must not be full.
  State& insert(uint32_t ssrc) {
    TROUPE_ASSERT(!full());
    if ((entries_.size() + 1) * 2 > slots_.size())
      grow();
    entries_.push_back({ssrc, State{}});
    link(ssrc, static_cast<uint32_t>(entries_.size()));
    last_ = entries_.size() - 1;
    return entries_.back().state;
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

  // Tells by itself what it stands for, so that no other entry is read.
  struct slot {
    uint32_t ssrc = 0;
    uint32_t position = 0; // in entries_ plus 1; 0 is free
  };

  // There are 4, 8, 16 ... slots.
  size_t home(uint32_t ssrc) const {
    return (uint64_t{ssrc} * 0x9e3779b97f4a7c15u >> 32) & (slots_.size() - 1);
  }

  size_t next(size_t i) const {
    return (i + 1) & (slots_.size() - 1);
  }

  void link(uint32_t ssrc, uint32_t position) {
    auto i = home(ssrc);
    while (slots_[i].position != 0)
      i = next(i);
    slots_[i] = {ssrc, position};
  }

  void grow() {
    slots_.assign(slots_.empty() ? 4 : slots_.size() * 2, {});
    for (size_t i = 0; i < entries_.size(); ++i)
      link(entries_[i].ssrc, static_cast<uint32_t>(i + 1));
  }

  size_t limit_;
  size_t last_ = 0;
  std::vector<entry> entries_;
  std::vector<slot> slots_;
};

} // namespace troupe::net
