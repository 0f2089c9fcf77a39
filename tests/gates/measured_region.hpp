#pragma once

#include <cstdint>

/// Marks what the server does, for the counter of allocations and for
/// callgrind. scripts/gates lets callgrind count instructions from the entry of
/// troupe_gates_serve, and not within troupe_gates_outside, so these names are
/// those of C, and never inlined.
extern "C" {

/// Runs `work(of)` as a part of the server.
void troupe_gates_serve(void (*work)(void*), void* of);

/// Runs `work(of)` as a part of the test that the server has called.
void troupe_gates_outside(void (*work)(void*), void* of);
}

namespace troupe::gates {

/// How often this thread has allocated memory as a part of the server.
uint64_t allocations();

/// Whether this thread runs a part of the server.
bool is_serving();

/// Runs `f()` as a part of the server.
template <class F>
void serve(F f) {
  troupe_gates_serve([](void* x) { (*static_cast<F*>(x))(); }, &f);
}

/// Runs `f()` as a part of the test, also if the server has called it.
template <class F>
void outside(F f) {
  if (!is_serving())
    return f();
  troupe_gates_outside([](void* x) { (*static_cast<F*>(x))(); }, &f);
}

} // namespace troupe::gates
