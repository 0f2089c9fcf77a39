#include "actors/base/live_objects.hpp"

#include "tests/actors/support/fake_client.hpp"

using namespace troupe::actors;
using namespace troupe::test;

namespace {

struct census_of_objects {
  int64_t operator()(object_kind kind) const {
    return live_object::count(kind) - before[static_cast<size_t>(kind)];
  }

  static std::array<int64_t, object_kind_count> now() {
    std::array<int64_t, object_kind_count> out{};
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = live_object::count(static_cast<object_kind>(i));
    return out;
  }

  std::array<int64_t, object_kind_count> before = now();
};

} // namespace

TEST_CASE("a live object counts from its construction to its destruction") {
  census_of_objects more;
  auto all = live_object::count_all();
  {
    live_object a{object_kind::room};
    live_object b{object_kind::room};
    live_object c{object_kind::peer};
    CHECK(more(object_kind::room) == 2);
    CHECK(more(object_kind::peer) == 1);
    CHECK(live_object::count_all() == all + 3);
  }
  CHECK(more(object_kind::room) == 0);
  CHECK(live_object::count_all() == all);
}

TEST_CASE("every actor of a call is counted, and none is left after the call") {
  census_of_objects more;
  {
    actor_world world;
    {
      fake_client ann{world, "r", "ann"};
      fake_client bob{world, "r", "bob"};
      world.run();
      ann.create_transport("send");
      bob.create_transport("recv");
      ann.produce(audio_track(1));
      bob.consume();
      world.run();
      CHECK(more(object_kind::room) == 1);
      CHECK(more(object_kind::shard) == 1);
      CHECK(more(object_kind::session) == 2);
      CHECK(more(object_kind::peer) == 2);
      CHECK(more(object_kind::transport) == 2);
      CHECK(more(object_kind::producer) == 1);
      CHECK(more(object_kind::consumer) == 1);
    }
    world.run();
    for (size_t i = 0; i < object_kind_count; ++i) {
      CAPTURE(i);
      CHECK(more(static_cast<object_kind>(i)) == 0);
    }
  }
}
