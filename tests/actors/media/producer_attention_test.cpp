#include "actors/media/producer_attention.hpp"

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

  void delayed_send(fake_producer*, net::duration delay, attention_tick) {
    ticks.push_back(now + delay);
  }

  net::time_point now = start;
  std::vector<net::time_point> ticks;
};

struct scene {
  explicit scene(size_t encodings,
                 rtp::media_kind kind = rtp::media_kind::video) {
    attention.begin(kind, encodings, start);
    report();
  }

  void report() {
    attention.report(&self, [this](size_t x) { attended.push_back(x); });
  }

  void add(caf::actor_id shard) {
    attention.add(shard, self.now);
    report();
  }

  void want(caf::actor_id shard, std::optional<uint8_t> highest) {
    attention.handle_request(shard, highest, self.now);
    report();
  }

  void remove(caf::actor_id shard) {
    attention.remove(shard, self.now);
    report();
  }

  void pass(net::duration x) {
    self.now += x;
    attention.handle_tick(self.now);
    report();
  }

  fake_producer self;
  producer_attention attention;
  std::vector<size_t> attended;
};

constexpr auto patience = producer_attention::patience;

} // namespace

TEST_CASE("audio is attended whatever its consumers want") {
  scene at{1, rtp::media_kind::audio};
  at.want(1, {});
  at.remove(1);
  at.pass(1h);
  CHECK(at.attended.empty());
  CHECK(at.self.ticks.empty());
}

TEST_CASE("video that no consumer wants is unattended after a moment") {
  scene at{1};
  at.add(1);
  at.want(1, uint8_t{0});
  at.add(2);
  at.want(2, {});
  at.pass(10s);
  CHECK(at.attended.empty());
  at.want(1, {});
  at.pass(patience - 1ms);
  CHECK(at.attended.empty());
  at.pass(1ms);
  CHECK(at.attended == std::vector<size_t>{0});
  at.want(2, uint8_t{0});
  CHECK(at.attended == std::vector<size_t>{0, 1});
}

TEST_CASE("video without any consumer is unattended after a while") {
  scene at{1};
  REQUIRE(at.self.ticks.size() == 1);
  CHECK(at.self.ticks[0] == start + rtp::layer_demand::patience);
  at.pass(rtp::layer_demand::patience);
  CHECK(at.attended == std::vector<size_t>{0});
  at.add(1);
  CHECK(at.attended == std::vector<size_t>{0, 1});
  at.remove(1);
  at.pass(patience);
  CHECK(at.attended == std::vector<size_t>{0, 1, 0});
}

TEST_CASE("a shard that has not said what it wants attends everything") {
  scene at{3};
  at.add(1);
  at.pass(10s);
  CHECK(at.attended.empty());
}

TEST_CASE("higher encodings are unattended later than all of them") {
  scene at{3};
  at.add(1);
  at.want(1, uint8_t{0});
  at.pass(rtp::layer_demand::patience - 1ms);
  CHECK(at.attended.empty());
  at.pass(1ms);
  CHECK(at.attended == std::vector<size_t>{1});
  at.want(1, uint8_t{2});
  CHECK(at.attended == std::vector<size_t>{1, 3});
}

TEST_CASE("several spatial layers in one encoding are attended as one") {
  scene at{1};
  at.add(1);
  at.want(1, uint8_t{0});
  at.want(1, uint8_t{2});
  at.pass(10s);
  CHECK(at.attended.empty());
}
