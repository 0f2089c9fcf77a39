#include "tests/actors/load/load_watch.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace troupe;
using namespace troupe::test;
using enum overload_level;

namespace {

/// A state as one number, for comparison.
int severity(overload_state x) {
  return static_cast<int>(x.level) * 100 + x.share;
}

} // namespace

TEST_CASE("without load the level stays normal") {
  watch at;
  at.feed(idle, 60s);
  at.feed({0.8, 9ms, 0}, 60s);
  CHECK(at.level() == normal);
  CHECK(at.changes.empty());
}

TEST_CASE("newcomers are refused while the memory is above its threshold") {
  watch at;
  load_sample full{.cpu = 0.1, .memory = 0.9};
  load_sample nearly{.cpu = 0.1, .memory = 0.89};
  load_sample relieved{.cpu = 0.1, .memory = 0.85};
  at.feed(nearly, 10s);
  CHECK(at.level() == normal);
  at.feed(full);
  CHECK(at.level() == busy);
  CHECK(at.changes.back().what.by_memory);
  CHECK(!at.changes.back().what.by_cpu);
  CHECK(at.changes.back().what.memory == 0.9);
  // Memory alone sheds nothing, and slightly less memory does not end it.
  at.feed(full, 10s);
  at.feed(nearly, 10s);
  CHECK(at.level() == busy);
  CHECK(at.until(normal, relieved) <= 1100ms);

  watch never{{.memory = 0}};
  never.feed({.memory = 1}, 10s);
  CHECK(never.level() == normal);
}

TEST_CASE("delays on a nearly idle server do not raise the level") {
  watch at;
  at.feed({load_monitor::least_cpu - 0.01, 500ms, 100}, 60s);
  CHECK(at.changes.empty());
  at.feed({load_monitor::least_cpu, 500ms, 100}, 1s);
  CHECK(at.level() >= busy);
}

TEST_CASE("a full CPU refuses newcomers within a second and sheds nothing") {
  watch at;
  at.feed(idle, 10s);
  CHECK(at.until(busy, full_cpu) <= 1s);
  at.feed(full_cpu, 60s);
  CHECK(at.level() == busy);
  REQUIRE(at.changes.size() == 1);
  CHECK(at.changes[0].what.by_cpu);
  CHECK_FALSE(at.changes[0].what.by_delay);
  CHECK(at.changes[0].what.cpu >= 0.9);
  CHECK(at.until(normal, idle) <= 2s);
}

TEST_CASE("a delay refuses newcomers before anything is shed") {
  watch at;
  CHECK(at.until(busy, late) <= 300ms);
  at.feed(late, 60s);
  CHECK(at.level() == busy);
  REQUIRE(at.changes.size() == 1);
  CHECK(at.changes[0].what.by_delay);
  CHECK_FALSE(at.changes[0].what.by_cpu);
  CHECK(at.changes[0].what.delay == 30ms);
}

TEST_CASE("a lasting delay sheds level by level, in order") {
  watch at;
  CHECK(at.until(audio_only, very_late) <= 5s);
  at.feed(very_late, 10s);
  CHECK(at.monitor.state()
        == overload_state{audio_only, overload_state::whole});
  auto before = overload_state{};
  for (const auto& x : at.changes) {
    CHECK(x.what.from == before);
    CHECK(severity(x.what.to) > severity(before));
    before = x.what.to;
  }
}

TEST_CASE("a large overload sheds in large steps, a small one gradually") {
  watch flooded;
  flooded.feed(idle, 5s);
  CHECK(flooded.until(audio_only, {1.0, 200ms, 1'000}) <= 1500ms);
  watch at;
  at.feed(idle, 5s);
  at.feed({1.0, 42ms, 0}, 1s);
  CHECK(at.level() == top_layer_off);
  CHECK(at.monitor.state().share <= 16);
}

TEST_CASE("a step that limits no consumer leads to the next level") {
  watch at;
  at.feed(idle, 5s);
  // No producer has simulcast, so only the third level helps.
  auto begin = at.now;
  uint64_t held = 0;
  while (at.level() < speakers_only && at.now - begin < 10s) {
    held = at.level() >= last_n_only ? 7 : 0;
    at.feed({1.0, 150ms, 100, held});
  }
  CHECK(at.now - begin <= 2500ms);
  // The level that helps rises in steps of half its share.
  std::vector<int> shares;
  for (const auto& x : at.changes)
    if (x.what.to.level == last_n_only)
      shares.push_back(x.what.to.share);
  CHECK(shares == std::vector<int>{32, 64});
}

TEST_CASE("after a rectangular load the server recovers within 5 s") {
  for (auto length : {300ms, 1000ms, 3000ms, 60000ms})
    for (const auto& load :
         {full_cpu, late, very_late, load_sample{1.0, 2s, 100'000}}) {
      CAPTURE(length.count());
      watch at;
      at.feed(idle, 5s);
      at.feed(load, length);
      CHECK(at.until(normal, idle) <= 5s);
      // A load of half the capacity ends overload as well.
      at.feed(load, length);
      CHECK(at.until(normal, {0.5, 8ms, 0}) <= 5s);
    }
}

TEST_CASE("a ramp up and down changes the level once each way") {
  watch at;
  for (int i = 0; i <= 1'000; ++i)
    at.feed({i / 1'000.0, 1ms, 0});
  REQUIRE(at.changes.size() == 1);
  CHECK(at.level() == busy);
  for (int i = 1'000; i >= 0; --i)
    at.feed({i / 1'000.0, 1ms, 0});
  CHECK(at.changes.size() == 2);
  for (int i = 0; i <= 390; ++i)
    at.feed({0.5, std::chrono::microseconds{i * 100}, 0});
  CHECK(at.changes.size() == 3);
  CHECK(at.level() == busy);
  for (int i = 390; i >= 0; --i)
    at.feed({0.5, std::chrono::microseconds{i * 100}, 0});
  CHECK(at.changes.size() == 4);
  CHECK(at.level() == normal);
}

TEST_CASE(
    "a value that oscillates around its threshold changes the level once") {
  watch at;
  for (int i = 0; i < 600; ++i)
    at.feed({i % 2 ? 0.97 : 0.85, 1ms, 0});
  CHECK(at.changes.size() == 1);
  watch other;
  for (int i = 0; i < 600; ++i)
    other.feed({0.8, i % 3 ? 21ms : 15ms, 0});
  CHECK(other.changes.size() == 1);
}

TEST_CASE("single stalls do not delay the recovery") {
  watch at;
  at.feed(very_late, 10s);
  auto begin = at.now;
  for (int i = 0; at.level() != normal && i < 600; ++i)
    at.feed({0.3, i % 4 == 3 ? 150ms : 1ms, 0});
  CHECK(at.now - begin <= 5s);
}

TEST_CASE("lost packets cause shedding, whatever the delay of the others") {
  watch at;
  at.feed({0.5, 1ms, 10}, 5s);
  CHECK(at.level() == audio_only);
  CHECK(at.changes[0].what.dropped >= 10);
}

TEST_CASE("while queues drain nothing more is shed") {
  watch at;
  at.feed({1.0, 2s, 0}, 600ms);
  REQUIRE(sheds(at.monitor.state()));
  at.feed({1.0, 1900ms, 0});
  auto state = at.monitor.state();
  // The present level is enough: the queue shrinks with every sample.
  for (auto delay = net::duration{1800ms}; delay > 40ms; delay -= 100ms) {
    at.feed({1.0, delay, 0});
    CHECK(at.monitor.state() == state);
  }
}

TEST_CASE("a step of recovery that raises the delay is reverted") {
  watch at;
  at.feed(idle, 5s);
  at.feed({1.0, 100ms, 5}, 1s);
  at.feed({0.5, 1ms, 0}, 1s);
  auto held = at.monitor.state();
  while (at.monitor.state() == held)
    at.feed({0.5, 1ms, 0});
  CHECK(severity(at.monitor.state()) < severity(held));
  at.feed({1.0, 60ms, 0}, 800ms);
  CHECK(at.monitor.state() == held);
}

TEST_CASE("recovery goes as far as the CPU allows") {
  watch at;
  at.feed(very_late, 10s); // with the whole CPU
  auto worst = severity(at.monitor.state());
  // Each step costs two percent of the CPU.
  auto cpu = [&] {
    return 0.6 + 0.02 * (worst - severity(at.monitor.state()));
  };
  for (int i = 0; i < 50; ++i) {
    at.feed({std::min(cpu(), 1.0), 1ms, 0});
    CHECK(cpu() <= 1.05);
  }
  CHECK(cpu() >= 0.9);
}

TEST_CASE("at the limit of the CPU recovery is slow") {
  watch at;
  at.feed(very_late, 10s);
  auto before = severity(at.monitor.state());
  at.feed({0.99, 1ms, 0}, 3s);
  CHECK(before - severity(at.monitor.state()) <= 7);
}

TEST_CASE("a CPU kept busy by something else does not delay the recovery") {
  watch at;
  at.feed(very_late, 10s);
  CHECK(at.until(busy, {0.92, 1ms, 0}) <= 5s);
}

TEST_CASE("a threshold of 0 ignores its value") {
  watch no_cpu{{0, 20ms, 40ms}};
  no_cpu.feed(full_cpu, 10s);
  CHECK(no_cpu.level() == normal);
  watch no_delay{{0.9, 0ms, 40ms}};
  no_delay.feed(late, 10s);
  CHECK(no_delay.level() == normal);
  no_delay.feed(very_late, 10s);
  CHECK(no_delay.level() == audio_only);
  watch no_shedding{{0.9, 20ms, 0ms}};
  no_shedding.feed({1.0, 1s, 1'000}, 10s);
  CHECK(no_shedding.level() == busy);
  watch nothing{{0, 0ms, 0ms}};
  nothing.feed({1.0, 1s, 1'000}, 10s);
  CHECK(nothing.level() == normal);
}

TEST_CASE("a late sample counts for the whole time that it covers") {
  load_monitor monitor{{}};
  auto now = net::time_point{} + 10s;
  monitor.handle_sample(idle, now);
  for (int i = 0; i < 8; ++i)
    monitor.handle_sample(very_late, now += 500ms);
  CHECK(monitor.state().level == audio_only);
  for (int i = 0; i < 12; ++i)
    monitor.handle_sample(idle, now += 500ms);
  CHECK(monitor.state().level == normal);
}

TEST_CASE("the monitor asks for a sample every interval") {
  load_monitor monitor{{}};
  CHECK_FALSE(monitor.poll_timeout());
  auto now = net::time_point{} + 5s;
  monitor.handle_sample(idle, now);
  CHECK(monitor.poll_timeout() == now + load_monitor::interval);
}

TEST_CASE("under random load dwell, order and recovery within 5 s hold") {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    auto upto = [&](int n) {
      return static_cast<int>(random() % static_cast<uint32_t>(n));
    };
    watch at;
    for (int spell = 0; spell < 30; ++spell) {
      auto sample =
          load_sample{upto(101) / 100.0, std::chrono::milliseconds{upto(120)},
                      upto(10) == 0 ? 5u : 0u};
      at.feed(sample, std::chrono::milliseconds{100 * (1 + upto(30))});
    }
    for (size_t i = 0; i < at.changes.size(); ++i) {
      const auto& x = at.changes[i].what;
      REQUIRE(sheds(x.to) == (x.to.share > 0));
      REQUIRE(x.to.share <= overload_state::whole);
      if (i == 0)
        continue;
      REQUIRE(x.from == at.changes[i - 1].what.to);
      // The earlier step has had time to take effect.
      if (sheds(x.from) && sheds(x.to))
        REQUIRE(at.changes[i].at - at.changes[i - 1].at
                >= load_monitor::shed_dwell);
    }
    REQUIRE(at.until(normal, {0.3, 2ms, 0}) <= 5s);
  }
}
