#pragma once

#include "net/base/prefetch.hpp"
#include "net/srtp/source_table.hpp"
#include "net/srtp/ssrc_ranges.hpp"

namespace troupe::net {

/// The most sources that a sender keeps state for. They are our own.
inline constexpr size_t max_sent_sources = 16384;

/// The sources of an SRTP sender. One that was retired never returns: it would
/// use the indices of its packets a second time.
template <class State>
class sent_sources {
public:
  /// The state of a source, or null.
  State* find(uint32_t ssrc) {
    return sources_.find(ssrc);
  }

  /// Prefetches the state of a source, if it is there.
  void prefetch(uint32_t ssrc) const {
    if (const auto* x = sources_.peek(ssrc))
      net::prefetch(x, x + 1);
  }

  /// The state of a source, which is added if it is new. Null for a retired
  /// source, and if there are too many; then calls `exhaust()`.
  template <class F>
  State* find_or_add(uint32_t ssrc, F exhaust) {
    if (auto* x = sources_.find(ssrc)) [[likely]]
      return x;
    if (retired_.contains(ssrc))
      return nullptr;
    if (!sources_.full())
      return &sources_.insert(ssrc);
    exhaust();
    return nullptr;
  }

  /// Removes a source for ever. False if there was no such source.
  bool retire(uint32_t ssrc) {
    if (sources_.find(ssrc) == nullptr)
      return false;
    sources_.erase(ssrc);
    retired_.insert(ssrc);
    return true;
  }

private:
  source_table<State> sources_{max_sent_sources};
  ssrc_ranges retired_;
};

} // namespace troupe::net
