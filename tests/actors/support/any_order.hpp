#pragma once

#include "fake_client.hpp"

#include "net/base/rng.hpp"

#include <cstdlib>

namespace troupe::test {

/// Random actions on actors that run in a random order. Everything follows from
/// the seed.
class any_order {
public:
  any_order(actor_world& world, uint64_t seed)
      : world_(world)
      , random_(net::make_seeded_rng(seed)) {}

protected:
  /// A random number from 0 to `bound` - 1.
  uint32_t below(uint32_t bound) {
    return random_->below(bound);
  }

  /// A random element of a list that is not empty.
  template <class List>
  auto& any_of(List& list) {
    return list[below(static_cast<uint32_t>(list.size()))];
  }

  void pass_less_than(uint32_t milliseconds) {
    world_.scheduler().advance_time(
        std::chrono::milliseconds{below(milliseconds)});
  }

  /// Runs at most `most` jobs, each time a random one.
  void run_some(uint32_t most) {
    auto& jobs = world_.scheduler().jobs;
    for (uint32_t i = 0; i < most && !jobs.empty(); ++i) {
      std::swap(jobs.front(), any_of(jobs));
      world_.scheduler().run_once();
    }
  }

  /// Capabilities of a client that can receive everything, as text.
  static const std::string& capabilities() {
    static auto text = [] {
      actor_world other;
      fake_client x{other, "r", "x"};
      auto out = x.capabilities();
      x.hang_up();
      other.run();
      return out;
    }();
    return text;
  }

  actor_world& world_;

private:
  std::unique_ptr<net::rng> random_;
};

/// The number of seeds per test: TROUPE_INTERLEAVINGS, for nightly runs.
inline uint64_t interleavings() {
  const char* text = std::getenv("TROUPE_INTERLEAVINGS");
  return text ? std::strtoull(text, nullptr, 10) : 300;
}

} // namespace troupe::test
