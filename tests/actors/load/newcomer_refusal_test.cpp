#include "tests/actors/load/load_watch.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using enum overload_level;

TEST_CASE("key frames for many receivers refuse no newcomer at low CPU") {
  struct spikes {
    int late = 0; // samples with a key frame
    int of = 0;
  };
  for (const auto& x : {spikes{1, 3}, spikes{2, 3}, spikes{2, 5}, spikes{4, 5}})
    for (auto delay : {21ms, 39ms, 72ms}) {
      CAPTURE(x.late);
      CAPTURE(x.of);
      CAPTURE(delay.count());
      watch at;
      for (int i = 0; i < 600; ++i) {
        at.feed({0.35, i % x.of < x.late ? delay : 2ms, 0});
        REQUIRE_FALSE(at.monitor.refuses_newcomers());
        REQUIRE(at.level() != busy);
      }
    }
}

TEST_CASE("a delay refuses newcomers at once only while the CPU is short") {
  watch at;
  // Nearly as much CPU as the mark allows, and a key frame in each sample but
  // every third.
  for (int i = 0; !at.monitor.refuses_newcomers() && i < 600; ++i)
    at.feed({0.75, i % 3 ? 30ms : 2ms, 0});
  CHECK(at.monitor.refuses_newcomers());
  CHECK(at.now.time_since_epoch() <= 400ms);
  // The same delays do not keep it up once the CPU is not short.
  for (int i = 0; i < 20; ++i)
    at.feed({0.4, i % 3 ? 30ms : 2ms, 0});
  CHECK_FALSE(at.monitor.refuses_newcomers());
}

TEST_CASE("packets late without a break refuse newcomers at any CPU") {
  watch at;
  at.feed({0.3, 30ms, 0}, load_monitor::starving_time - 100ms);
  CHECK_FALSE(at.monitor.refuses_newcomers());
  at.feed({0.3, 30ms, 0}, 200ms);
  CHECK(at.monitor.refuses_newcomers());
  CHECK(at.level() == busy);
}

TEST_CASE("one long stall does not count as packets late without a break") {
  load_monitor monitor{{}};
  auto now = net::time_point{} + 10s;
  monitor.handle_sample(idle, now);
  monitor.handle_sample({0.3, 30ms, 0}, now += 1s);
  CHECK_FALSE(monitor.refuses_newcomers());
}

TEST_CASE("what is shed for want of time keeps newcomers out until restored") {
  watch at;
  at.feed(very_late, 2s);
  REQUIRE(sheds(at.monitor.state()));
  CHECK(at.monitor.refuses_newcomers());
  while (at.level() != normal) {
    REQUIRE(at.monitor.refuses_newcomers());
    at.feed(idle);
    REQUIRE(at.now.time_since_epoch() < 60s);
  }
  CHECK_FALSE(at.monitor.refuses_newcomers());
}

TEST_CASE("key frames for many receivers shed nothing at low CPU") {
  watch at;
  for (int i = 0; i < 600; ++i)
    at.feed({0.35, i % 5 ? 80ms : 2ms, 0});
  CHECK(at.changes.empty());
  // The same delays shed while the CPU is short, and so does a flood.
  watch full;
  for (int i = 0; i < 10; ++i)
    full.feed({0.95, i % 5 ? 80ms : 2ms, 0});
  CHECK(sheds(full.monitor.state()));
  watch flooded;
  for (int i = 0; i < 10; ++i)
    flooded.feed({0.35, i % 5 ? 150ms : 2ms, 0});
  CHECK(sheds(flooded.monitor.state()));
}

TEST_CASE("a delay without a break sheds at any CPU") {
  watch at;
  at.feed({0.35, 80ms, 0}, load_monitor::starving_time);
  CHECK_FALSE(sheds(at.monitor.state()));
  at.feed({0.35, 80ms, 0}, 100ms);
  CHECK(sheds(at.monitor.state()));
  watch no_delay{{0.9, 0ms, 40ms}};
  no_delay.feed({0.35, 80ms, 0}, 2s);
  CHECK(sheds(no_delay.monitor.state()));
}

TEST_CASE("what is shed for spikes at low CPU keeps no newcomer out") {
  watch at;
  for (int i = 0; i < 60; ++i)
    at.feed({0.35, i % 5 ? 150ms : 2ms, 0});
  CHECK(sheds(at.monitor.state()));
  CHECK_FALSE(at.monitor.refuses_newcomers());
}

TEST_CASE("overload refuses newcomers and sheds within three samples") {
  watch at;
  at.feed(idle, 5s);
  at.feed({1.0, 80ms, 0}, 300ms);
  CHECK(at.monitor.refuses_newcomers());
  CHECK(sheds(at.monitor.state()));
}

TEST_CASE("a single stall sheds nothing and refuses no newcomer") {
  watch at;
  for (int i = 0; i < 600; ++i)
    at.feed({0.5, i % 4 == 0 ? 150ms : 1ms, i % 4 == 0 ? 20u : 0u});
  CHECK(at.changes.empty());
}
