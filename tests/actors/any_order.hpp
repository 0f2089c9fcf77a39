#pragma once

#include "fake_client.hpp"

#include "net/base/rng.hpp"

#include <cstdlib>

namespace troupe::test {

/// What goes on at any time, on actors that run in any order. All of it follows
/// from the seed.
class any_order {
public:
  any_order(actor_world& world, uint64_t seed)
      : world_(world)
      , random_(net::make_seeded_rng(seed)) {}

protected:
  /// From 0 up to what is smaller than that.
  uint32_t below(uint32_t bound) {
    return random_->below(bound);
  }

  /// One of a list that is not empty.
  template <class List>
  auto& any_of(List& list) {
    return list[below(static_cast<uint32_t>(list.size()))];
  }

  void pass_less_than(uint32_t milliseconds) {
    world_.scheduler().advance_time(
        std::chrono::milliseconds{below(milliseconds)});
  }

  /// Runs at most that many jobs, each time a random one.
  void run_some(uint32_t most) {
    auto& jobs = world_.scheduler().jobs;
    for (uint32_t i = 0; i < most && !jobs.empty(); ++i) {
      std::swap(jobs.front(), any_of(jobs));
      world_.scheduler().run_once();
    }
  }

  /// What a client can receive, as text.
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

/// How many seeds a test tries: TROUPE_INTERLEAVINGS, for runs at night.
inline uint64_t interleavings() {
  const char* text = std::getenv("TROUPE_INTERLEAVINGS");
  return text ? std::strtoull(text, nullptr, 10) : 300;
}

} // namespace troupe::test
