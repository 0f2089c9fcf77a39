#include "tests/gates/seeded_rng.hpp"

#include "net/base/rng.hpp"

#include <atomic>

namespace troupe::gates {

namespace {

std::atomic<uint64_t> next_seed{1};

} // namespace

void restart_seeds() {
  next_seed = 1;
}

// What the linker's --wrap makes of calls of net::make_secure_rng.
std::unique_ptr<net::rng>
make_next_seeded_rng() __asm__("__wrap__ZN6troupe3net15make_secure_rngEv");

std::unique_ptr<net::rng> make_next_seeded_rng() {
  return net::make_seeded_rng(next_seed++);
}

} // namespace troupe::gates
