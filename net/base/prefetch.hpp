#pragma once

#include <cstddef>

namespace troupe::net {

/// Prefetches the cache lines from `first` up to `last`, which will soon be
/// used. It does not wait, and an invalid address is harmless.
inline void prefetch(const void* first, const void* last) {
  constexpr ptrdiff_t line = 64;
  const auto* end = static_cast<const char*>(last);
  for (const auto* x = static_cast<const char*>(first); x < end; x += line)
    __builtin_prefetch(x);
}

/// Prefetches one cache line, or a small object.
inline void prefetch(const void* x) {
  __builtin_prefetch(x);
}

} // namespace troupe::net
