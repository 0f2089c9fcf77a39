#include "actors/load/load_actor.hpp"

#include "tests/actors/support/actor_world.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// A load actor on two cores with a simulated CPU time.
struct load_scene {
  load_scene() {
    load_settings settings;
    settings.board = world.load;
    settings.cores = 2;
    settings.cpu_time = [this] {
      return used;
    };
    settings.memory = [this] {
      return memory;
    };
    settings.release_memory = [this] {
      ++released;
      memory -= free_memory;
    };
    actor = spawn_load(*world.system, settings);
    world.run();
  }

  ~load_scene() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    world.run();
  }

  /// Passes time with `cores` cores in use and packets that wait `delay`.
  void pass(net::duration time, double cores, net::duration delay = {}) {
    for (net::duration t{}; t < time; t += 100ms) {
      used += std::chrono::duration_cast<net::duration>(100ms * cores);
      world.load->gauges().of(3).note_delay(delay);
      world.pass(100ms);
    }
  }

  overload_level level() const {
    return world.load->state().level;
  }

  actor_world world;
  net::duration used{};
  double memory = 0.5;    // in use, as a share
  double free_memory = 0; // the share of it that the allocator keeps
  int released = 0;
  load_actor actor;
};

} // namespace

TEST_CASE("the level follows the CPU, as a share of the usable cores") {
  load_scene at;
  at.pass(10s, 1.7); // 85 %
  CHECK(at.level() == overload_level::normal);
  at.pass(3s, 1.9);
  CHECK(at.level() == overload_level::busy);
  at.pass(3s, 0.5);
  CHECK(at.level() == overload_level::normal);
}

TEST_CASE("the board shows the CPU in use, as a share of the usable cores") {
  load_scene at;
  at.pass(5s, 1);
  CHECK(at.world.load->cpu() == doctest::Approx(0.5).epsilon(0.05));
  at.pass(5s, 0);
  CHECK(at.world.load->cpu() < 0.05);
}

TEST_CASE(
    "the level follows the memory, after the allocator's share is freed") {
  load_scene at;
  at.pass(10s, 0.5);
  CHECK(at.released == 0);
  at.memory = 0.95;
  at.free_memory = 0.2;
  at.pass(1s, 0.5);
  CHECK(at.released == 1);
  CHECK(at.level() == overload_level::normal);
  at.memory = 0.95;
  at.free_memory = 0;
  at.pass(20s, 0.5);
  CHECK(at.level() == overload_level::busy);
  // Freeing takes time, so not every sample does it.
  CHECK(at.released <= 4);
  at.memory = 0.5;
  at.pass(2s, 0.5);
  CHECK(at.level() == overload_level::normal);
}

TEST_CASE("the level follows the gauges, and recovers within 5 s") {
  load_scene at;
  at.pass(2s, 0.5, 30ms);
  CHECK(at.level() == overload_level::busy);
  at.pass(5s, 1.0, 100ms);
  CHECK(at.level() == overload_level::audio_only);
  CHECK(at.world.load->state().share == overload_state::whole);
  at.pass(5s, 0.5, 1ms);
  CHECK(at.world.load->state() == overload_state{});
}

TEST_CASE("dropped packets alone raise the level") {
  load_scene at;
  for (int i = 0; i < 10; ++i) {
    at.world.load->gauges().of(1).note_dropped(4);
    at.pass(100ms, 0.5);
  }
  CHECK(sheds(at.world.load->state()));
}

TEST_CASE("thresholds come from the configuration") {
  config::overload_keys keys;
  auto marks = to_marks(keys);
  CHECK(marks.cpu == doctest::Approx(0.9));
  CHECK(marks.delay == 20ms);
  CHECK(marks.shed_delay == 40ms);
  CHECK(marks.memory == doctest::Approx(0.9));
  CHECK(marks.memory == load_monitor::marks{}.memory);
  CHECK(marks.cpu == load_monitor::marks{}.cpu);
  CHECK(marks.delay == load_monitor::marks{}.delay);
  CHECK(marks.shed_delay == load_monitor::marks{}.shed_delay);
}
