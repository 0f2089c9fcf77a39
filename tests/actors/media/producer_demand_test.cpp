#include "actors/media/producer_demand.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};

/// A producer's clock and its ticks, in virtual time.
struct fake_producer {
  struct clock_type {
    net::time_point at;

    net::time_point now() const {
      return at;
    }
  };

  clock_type clock() const {
    return {now};
  }

  void delayed_send(fake_producer*, net::duration delay, demand_tick) {
    ticks.push_back(now + delay);
  }

  net::time_point now = start;
  std::vector<net::time_point> ticks;
};

struct scene {
  explicit scene(size_t encodings) {
    demand.begin(encodings, start);
    report();
  }

  void report() {
    demand.report(
        &self, [this](producer_demand::request x) { reported.push_back(x); });
  }

  void want(caf::actor_id shard, producer_demand::request highest) {
    demand.handle_request(shard, highest, self.now);
    report();
  }

  // The time of the last tick comes.
  void tick() {
    REQUIRE_FALSE(self.ticks.empty());
    self.now = self.ticks.back();
    demand.handle_tick(self.now);
    report();
  }

  fake_producer self;
  producer_demand demand;
  std::vector<producer_demand::request> reported;
};

constexpr auto patience = rtp::layer_demand::patience;

} // namespace

TEST_CASE("a producer with one encoding has no demand") {
  scene at{1};
  at.want(1, {});
  at.demand.remove(1, at.self.now);
  at.report();
  at.demand.handle_tick(at.self.now + 1h);
  at.report();
  CHECK(at.reported.empty());
  CHECK(at.self.ticks.empty());
}

TEST_CASE("the highest layer that any shard wants is reported after a while") {
  scene at{3};
  CHECK(at.reported.empty()); // all layers
  REQUIRE(at.self.ticks.size() == 1);
  CHECK(at.self.ticks[0] == start + patience);
  at.want(1, uint8_t{0});
  at.want(2, uint8_t{1});
  CHECK(at.reported.empty());
  at.tick();
  REQUIRE(at.reported.size() == 1);
  CHECK(at.reported[0] == uint8_t{1});
  // The shard with the highest demand has no consumer any more.
  at.demand.remove(2, at.self.now);
  at.report();
  CHECK(at.reported.size() == 1);
  at.tick();
  REQUIRE(at.reported.size() == 2);
  CHECK(at.reported[1] == uint8_t{0});
  CHECK(at.self.ticks.size() == 2);
}

TEST_CASE("a demand for more layers is reported at once") {
  scene at{3};
  at.want(1, {});
  at.tick();
  REQUIRE(at.reported.size() == 1);
  CHECK_FALSE(at.reported[0]);
  at.want(1, uint8_t{2});
  REQUIRE(at.reported.size() == 2);
  CHECK(at.reported[1] == uint8_t{2});
}
