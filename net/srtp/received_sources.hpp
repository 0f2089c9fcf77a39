#pragma once

#include "net/srtp/source_table.hpp"

#include <optional>

namespace troupe::net {

/// Sources that one session keeps state for. Only authentic packets add one
/// to a receiver; a sender's sources are our own.
inline constexpr size_t max_received_sources = 1024;
inline constexpr size_t max_sent_sources = 16384;

/// Sources that have ended, of which a receiver remembers the highest indices.
inline constexpr size_t max_retired_sources = 32768;

/// What is left of a source that has ended: the indices from which packets
/// are new, so that none that came before is ever taken again.
struct source_remains {
  uint64_t rtp = 0;
  uint64_t rtcp = 0;
};

/// The sources of an SRTP receiver. Those that are kept stay until they are
/// retired, and then their highest indices stay. The others, which nothing
/// has asked for, give way to new ones, those first that were silent: the peer
/// can make any number of them, and nobody was given their packets.
///
/// `State` is made of a source_remains and has a member remains() for the
/// same.
template <class State>
class received_sources {
public:
  /// The state of a source, or null. Counts as a sign of life.
  State* find(uint32_t ssrc) {
    auto* x = sources_.find(ssrc);
    if (x == nullptr)
      return nullptr;
    x->recent = true;
    return &x->state;
  }

  /// What is left of a source that find() does not know.
  source_remains remains(uint32_t ssrc) {
    auto* x = retired_.find(ssrc);
    return x != nullptr ? *x : source_remains{};
  }

  /// Whether there is no room for another source.
  bool exhausted() const {
    return sources_.full() && kept_ == sources_.size();
  }

  /// Adds a source that find() does not know; there must be room. Calls
  /// `removed(ssrc)` where another one goes for it.
  template <class F>
  State& add(uint32_t ssrc, F removed) {
    return insert(ssrc, removed).state;
  }

  /// A source of ours to stay, whether a packet of it has come or not. Nothing
  /// happens where there is no room.
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

  /// The source has ended. It stays where as many have ended as can be
  /// remembered. Returns whether it is gone.
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
      // One that had ended before and came again keeps its highest indices.
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
