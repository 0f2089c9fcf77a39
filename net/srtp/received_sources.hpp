#pragma once

#include "net/srtp/source_table.hpp"

#include <optional>

namespace troupe::net {

/// The most sources that a receiver keeps state for. Only an authentic packet
/// adds one.
inline constexpr size_t max_received_sources = 1024;

/// The most ended sources whose highest indices a receiver remembers.
inline constexpr size_t max_retired_sources = 32768;

/// The remaining state of an ended source: the next indices. Packets with lower
/// indices stay refused for ever.
struct source_remains {
  uint64_t rtp = 0;
  uint64_t rtcp = 0;
};

/// The sources of an SRTP receiver. A source marked by keep() stays until it is
/// retired; after that its highest indices stay. Any other source has no
/// consumer and gives way to a new one, silent sources first: the peer can
/// create any number of them, and their packets went nowhere.
///
/// `State` is constructed from a source_remains and returns one from remains().
template <class State>
class received_sources {
public:
  /// The state of a source, or null. Marks the source as recently active.
  State* find(uint32_t ssrc) {
    auto* x = sources_.find(ssrc);
    if (x == nullptr)
      return nullptr;
    x->recent = true;
    return &x->state;
  }

  /// The remaining state of a source that find() does not know.
  source_remains remains(uint32_t ssrc) {
    auto* x = retired_.find(ssrc);
    return x != nullptr ? *x : source_remains{};
  }

  /// Whether the table is full of kept sources.
  bool exhausted() const {
    return sources_.full() && kept_ == sources_.size();
  }

  /// Adds a source that find() does not know; exhausted() must be false. Calls
  /// `removed(ssrc)` for a source that it replaces.
  template <class F>
  State& add(uint32_t ssrc, F removed) {
    return insert(ssrc, removed).state;
  }

  /// Keeps a source until retire(), even before its first packet. Does nothing
  /// if the table is exhausted.
  template <class F>
  void keep(uint32_t ssrc, F removed) {
    auto* x = sources_.find(ssrc);
    if (x == nullptr && exhausted())
      return;
    if (x == nullptr)
      x = &insert(ssrc, removed);
    kept_ += size_t{!x->kept};
    x->kept = true;
  }

  /// Ends a source. The source stays if no more ended sources can be
  /// remembered. Returns whether it was removed.
  bool retire(uint32_t ssrc) {
    auto* x = sources_.find(ssrc);
    if (x == nullptr)
      return false;
    auto left = x->state.remains();
    if (left.rtp > 0 || left.rtcp > 0) {
      auto* record = retired_.find(ssrc);
      if (record == nullptr && retired_.full())
        return false;
      (record != nullptr ? *record : retired_.insert(ssrc)) = left;
    }
    kept_ -= size_t{x->kept};
    sources_.erase(ssrc);
    return true;
  }

private:
  struct source {
    State state{source_remains{}};
    bool kept = false;
    bool recent = true;
  };

  template <class F>
  source& insert(uint32_t ssrc, F removed) {
    if (sources_.full()) {
      auto victim = sources_.find_victim(
          [](source& x) { return !x.kept && !std::exchange(x.recent, false); });
      TROUPE_ASSERT(victim);
      // An ended source that returned updates its remembered indices.
      if (auto* record = retired_.find(*victim))
        *record = sources_.find(*victim)->state.remains();
      sources_.erase(*victim);
      removed(*victim);
    }
    auto& out = sources_.insert(ssrc);
    out.state = State{remains(ssrc)};
    return out;
  }

  source_table<source> sources_{max_received_sources};
  source_table<source_remains> retired_{max_retired_sources};
  size_t kept_ = 0;
};

} // namespace troupe::net
