#include "tests/actors/load/load_watch.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using enum overload_level;

TEST_CASE("packets are coalesced in proportion to the CPU in use") {
  watch at;
  at.feed({0.33, 1ms, 0}, 5s);
  CHECK(at.monitor.coalescing() == 0ms);
  net::duration before{};
  for (auto cpu : {0.5, 0.6, 0.7, 0.79}) {
    CAPTURE(cpu);
    at.feed({cpu, 1ms, 0}, 5s);
    CHECK(at.monitor.coalescing() > before);
    before = at.monitor.coalescing();
  }
  // A voice may wait for up to 4 ms as long as there is CPU left.
  CHECK(before > 3ms);
  CHECK(before <= 4ms);
  at.feed({0.96, 1ms, 0}, 5s);
  CHECK(at.monitor.coalescing() == 10ms);
  CHECK(at.level() == busy);
  at.feed({0.33, 1ms, 0}, 5s);
  CHECK(at.monitor.coalescing() == 0ms);
}

TEST_CASE("a little less load makes packets wait no less") {
  watch at;
  at.feed({0.65, 1ms, 0}, 5s);
  auto before = at.monitor.coalescing();
  // The CPU time that coalescing saves does not end it.
  for (int i = 0; i < 20; ++i) {
    at.feed({0.62, 1ms, 0}, 500ms);
    CHECK(at.monitor.coalescing() == before);
    at.feed({0.645, 1ms, 0}, 500ms);
    CHECK(at.monitor.coalescing() == before);
  }
  at.feed({0.55, 1ms, 0}, 5s);
  CHECK(at.monitor.coalescing() < before);
  CHECK(at.monitor.coalescing() > 0ms);
}

TEST_CASE("the CPU time that coalescing saves does not make it flap") {
  watch at;
  // The longest wait saves this server a third of its CPU time.
  auto cpu = [&] {
    return 0.9 * (1 - net::to_seconds(at.monitor.coalescing()) / 0.03);
  };
  for (int i = 0; i < 100; ++i)
    at.feed({cpu(), 1ms, 0});
  auto settled = at.monitor.coalescing();
  CHECK(settled > 2ms);
  for (int i = 0; i < 100; ++i) {
    at.feed({cpu(), 1ms, 0});
    auto change = at.monitor.coalescing() - settled;
    CHECK(change < 500us);
    CHECK(change > -500us);
  }
}

TEST_CASE(
    "packets are coalesced while something is shed, unless configured off") {
  watch at;
  at.feed({0.3, 80ms, 0}, 2s);
  CHECK(sheds(at.monitor.state()));
  CHECK(at.monitor.coalescing() == 10ms);
  watch never{{0.9, 20ms, 40ms, 0ms}};
  never.feed(very_late, 5s);
  CHECK(never.monitor.coalescing() == 0ms);
}
