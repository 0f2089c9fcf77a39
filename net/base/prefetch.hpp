#pragma once

#include <cstddef>
#include <cstdint>

namespace troupe::net {

/// The size of a cache line.
inline constexpr size_t cache_line = 64;

/// How many cache lines the octets from `first` up to `last` are in.
inline size_t cache_lines(const void* first, const void* last) {
  auto begin = reinterpret_cast<uintptr_t>(first);
  auto end = reinterpret_cast<uintptr_t>(last);
  if (begin >= end)
    return 0;
  return (end - 1) / cache_line - begin / cache_line + 1;
}

/// Prefetches the cache lines from `first` up to `last`, which will soon be
/// used. It does not wait, and an invalid address is harmless.
inline void prefetch(const void* first, const void* last) {
  const auto* x = static_cast<const char*>(first);
  for (auto left = cache_lines(first, last); left > 0; --left) {
    __builtin_prefetch(x);
    x += cache_line;
  }
}

/// Prefetches one cache line, or a small object.
inline void prefetch(const void* x) {
  __builtin_prefetch(x);
}

} // namespace troupe::net
