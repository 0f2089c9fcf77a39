#include "actors/media/shard_overload.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{1h};

/// A shard's engine in a room where Bob joined after Ann.
struct scene {
  explicit scene(uint16_t room_last_n = 0) {
    shedding_limits limits;
    limits.room_last_n = room_last_n;
    overload.begin(limits, ranking);
  }

  void update(net::duration after, overload_state state = {}) {
    overload.update(engine, state, start + after);
  }

  void ann_speaks(net::duration until) {
    for (auto t = until - 1s; t < until; t += 20ms)
      ann->note_level(20, start + t);
  }

  std::shared_ptr<speech_ranking> ranking = std::make_shared<speech_ranking>();
  std::shared_ptr<speech_activity> ann = ranking->add(start - 5s);
  std::shared_ptr<speech_activity> bob = ranking->add(start - 4s);
  fan_out engine;
  shard_overload overload;
};

} // namespace

TEST_CASE("a shard applies another overload state at once") {
  scene at;
  const overload_state shed{overload_level::top_layer_off, 4};
  at.update(0ms, shed);
  CHECK(at.engine.overload() == shed);
  const overload_state more{overload_level::top_layer_off, 5};
  at.update(1ms, more);
  CHECK(at.engine.overload() == more);
  at.update(2ms);
  CHECK(at.engine.overload() == overload_state{});
  CHECK(at.ann->recency() == 0); // nobody was ranked
}

TEST_CASE("speakers are ranked twice a second where a room has a last N") {
  scene at{1};
  at.update(0ms);
  CHECK(at.ann->recency() == 1);
  CHECK(at.bob->recency() == 0);
  at.ann_speaks(499ms);
  at.update(499ms);
  CHECK(at.ann->recency() == 1);
  at.update(500ms);
  CHECK(at.ann->recency() == 0);
  CHECK(at.bob->recency() == 1);
}

TEST_CASE("speakers are ranked while overload leaves the last N") {
  scene at;
  const overload_state shed{overload_level::last_n_only, 1};
  at.update(0ms, shed);
  CHECK(at.ann->recency() == 1);
  at.ann_speaks(499ms);
  at.update(499ms, shed);
  CHECK(at.ann->recency() == 1);
  at.update(500ms, shed);
  CHECK(at.ann->recency() == 0);
}
