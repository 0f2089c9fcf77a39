#include "media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

TEST_CASE("a consumer that is moved goes on by its client's other transport") {
  scene at;
  auto moved = at.add_consumer(1);
  auto other = at.add_consumer(1);
  at.connect(2);
  at.feed(3);
  CHECK(at.packets(1) == 6);
  auto move = [&](uint16_t to) {
    caf::anon_send(at.shard, move_shard_consumer{consumer_key{moved->id()},
                                                 transport_key{to}});
    at.world.run();
  };
  move(2);
  at.feed(3);
  CHECK(at.packets(1) == 9);
  CHECK(at.packets(2) == 3);
  SUBCASE("and back") {
    move(1);
    move(1);
    at.feed(2);
    CHECK(at.packets(1) == 13);
    CHECK(at.packets(2) == 3);
  }
  SUBCASE("and begins once that is connected") {
    move(3);
    at.feed(2);
    CHECK(at.packets(3) == 0);
    at.connect(3);
    at.feed(2);
    CHECK(at.packets(3) == 2);
    CHECK(at.packets(1) == 13);
  }
  SUBCASE("and leaves nothing behind where it was") {
    caf::anon_send(at.shard, remove_transport{transport_key{2}});
    move(1);
    at.feed(2);
    CHECK(at.packets(1) == 13);
  }
  SUBCASE("but not one that is gone") {
    caf::anon_send(moved, close_consumer{});
    at.world.run();
    move(1);
    at.feed(2);
    CHECK(at.packets(1) == 11);
  }
}
