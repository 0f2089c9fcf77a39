#pragma once

#include <cstddef>

namespace troupe::net {

/// Asks the processor for the memory from `first` up to `last`, which will soon
/// be used. It waits for nothing, and may be done for what is not there.
inline void prefetch(const void* first, const void* last) {
  constexpr ptrdiff_t line = 64;
  const auto* end = static_cast<const char*>(last);
  for (const auto* x = static_cast<const char*>(first); x < end; x += line)
    __builtin_prefetch(x);
}

/// The same for one line, or for a small object.
inline void prefetch(const void* x) {
  __builtin_prefetch(x);
}

} // namespace troupe::net
