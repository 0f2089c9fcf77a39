#include "tests/gates/measured_region.hpp"

#include <cstdlib>
#include <new>
#include <utility>

namespace troupe::gates {

namespace {

// Whether this thread runs a part of the server.
thread_local bool serving = false;
thread_local uint64_t allocated = 0;

void run(void (*work)(void*), void* of, bool as_server) {
  auto before = std::exchange(serving, as_server);
  work(of);
  serving = before;
}

} // namespace

uint64_t allocations() {
  return allocated;
}

bool is_serving() {
  return serving;
}

static void* allocate(size_t size) {
  allocated += serving ? 1 : 0;
  if (auto* out = std::malloc(size > 0 ? size : 1))
    return out;
  throw std::bad_alloc{};
}

} // namespace troupe::gates

extern "C" {

[[gnu::noinline]] void troupe_gates_serve(void (*work)(void*), void* of) {
  troupe::gates::run(work, of, true);
}

[[gnu::noinline]] void troupe_gates_outside(void (*work)(void*), void* of) {
  troupe::gates::run(work, of, false);
}
}

// Not inlined, so that g++ does not see a new that ends in a free.
[[gnu::noinline]] void* operator new(size_t size) {
  return troupe::gates::allocate(size);
}

[[gnu::noinline]] void operator delete(void* x) noexcept {
  std::free(x);
}

[[gnu::noinline]] void operator delete(void* x, size_t) noexcept {
  std::free(x);
}
