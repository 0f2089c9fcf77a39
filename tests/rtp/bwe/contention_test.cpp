#include "rtp/bwe/contention.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using troupe::rtp::contention;
using troupe::rtp::duration;
using troupe::rtp::time_point;

namespace {

/// Reports a queue every 50 ms.
struct scene {
  /// The queue changes by `slope` per second.
  void run(duration time, duration slope = {}) {
    for (auto end = now + time; now < end; now += 50ms) {
      queue = std::max<duration>(queue + slope / 20, 0ms);
      engine.update(path_delay + queue, loss, now);
    }
  }

  contention engine;
  time_point now{};
  duration path_delay = -3s; // clocks differ
  duration queue{};
  double loss = 0;
};

} // namespace

TEST_CASE("a queue that stands whatever is sent belongs to other traffic") {
  scene x;
  x.run(5s);
  CHECK_FALSE(x.engine.contested());
  x.run(2s, 80ms);
  CHECK_FALSE(x.engine.contested());
  x.run(2s, 20ms);
  CHECK(x.engine.contested());
  CHECK(x.engine.queue() == 200ms);
  // Reno's sawtooth does not end contention; the end of the queue does.
  for (int i = 0; i < 5; ++i) {
    x.queue = 100ms;
    x.run(10s, 10ms);
    CHECK(x.engine.contested());
  }
  x.queue = 0ms;
  x.run(900ms);
  CHECK(x.engine.contested());
  x.run(200ms);
  CHECK_FALSE(x.engine.contested());
}

TEST_CASE("a queue of our own, which shrinks, is not contested") {
  for (auto queue : {300ms, 1000ms, 2000ms}) {
    scene x;
    x.run(5s);
    x.queue = queue;
    for (int i = 0; i < 200; ++i) {
      x.run(50ms, -100ms);
      CHECK_FALSE(x.engine.contested());
    }
  }
}

TEST_CASE("heavy loss or a much longer queue ends a mistaken contention") {
  for (bool loss : {true, false}) {
    scene x;
    x.run(5s);
    x.queue = 150ms;
    x.run(3s);
    CHECK(x.engine.contested());
    if (loss)
      x.loss = 0.3;
    else
      x.queue = 600ms;
    x.run(1500ms);
    CHECK_FALSE(x.engine.contested());
    // From then on contention begins later, and not while much is lost.
    x.run(3s, 15ms);
    CHECK_FALSE(x.engine.contested());
    x.run(4s, 15ms);
    CHECK(x.engine.contested() == !loss);
    x.loss = 0;
    x.run(1s, 15ms);
    CHECK(x.engine.contested());
  }
}

TEST_CASE("a longer network path or drifting clocks do not stay a queue") {
  scene x;
  x.run(5s);
  x.path_delay += 80ms; // as after a handover
  x.run(22s);
  CHECK_FALSE(x.engine.contested());
  CHECK(x.engine.queue() == 0ms);
  scene y;
  y.run(5s);
  y.path_delay += 80ms;
  y.run(2h, 50us);
  CHECK_FALSE(y.engine.contested());
}
