#pragma once

#include "fake_client.hpp"

#include "net/base/rng.hpp"

#include <cstdlib>

namespace troupe::test {

/// A stage on which clients take random steps while the actors run in a random
/// order. Everything follows from the seed.
class interleaving_stage {
public:
  interleaving_stage(actor_world& world, uint64_t seed)
      : world_(world)
      , random_(net::make_seeded_rng(seed)) {}

  virtual ~interleaving_stage() = default;

  /// Takes so many steps, and runs some of the actors after each. Then ends all
  /// clients and runs the actors to their end.
  void play(int steps) {
    for (int i = 0; i < steps; ++i) {
      take_step();
      run_some(below(30));
    }
    finish();
    run_some(1'000'000);
  }

protected:
  /// Lets a random client do something, lets one come or go, or passes time.
  virtual void take_step() = 0;

  /// Ends all clients.
  virtual void finish() = 0;

  /// A random number from 0 to `bound` - 1.
  uint32_t below(uint32_t bound) {
    return random_->below(bound);
  }

  /// A random element of a list that is not empty.
  template <class List>
  auto& any_of(List& list) {
    return list[below(static_cast<uint32_t>(list.size()))];
  }

  /// Removes and returns a random element of a list that is not empty.
  template <class T>
  T take_any(std::vector<T>& list) {
    auto& chosen = any_of(list);
    std::swap(chosen, list.back());
    auto out = std::move(list.back());
    list.pop_back();
    return out;
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

/// Plays on a stage for each seed from `first` to `last`, and checks that no
/// actor and no room is left after each. Calls `note(stage)` before that.
template <class Stage, class Note>
void play_seeds(actor_world& world, uint64_t first, uint64_t last, int steps,
                Note note) {
  for (auto seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    Stage stage{world, seed};
    stage.play(steps);
    note(stage);
    REQUIRE(world.live() == world.baseline);
    REQUIRE(world.rooms() == 0);
  }
}

} // namespace troupe::test
