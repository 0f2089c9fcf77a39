#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process if `condition` is false, in release builds too: a broken
/// invariant is our bug. Input, however malformed, must never trigger it.
#define TROUPE_ASSERT(condition) \
  do { \
    if (!(condition)) [[unlikely]] { \
      std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, \
                   __LINE__, #condition); \
      std::abort(); \
    } \
  } while (false)
