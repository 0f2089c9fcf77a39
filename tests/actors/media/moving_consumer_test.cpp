#include "tests/actors/support/media_scene.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

TEST_CASE("a moved consumer continues on another transport of its client") {
  scene at;
  auto moved = at.add_consumer(1);
  auto other = at.add_consumer(1);
  at.connect(2);
  at.feed(3);
  CHECK(at.packets(1) == 6);
  auto move = [&](uint16_t to) {
    caf::anon_send(moved, control_stream{move_consumer{transport_key{to}}});
    at.world.run();
  };
  move(2);
  at.feed(3);
  CHECK(at.packets(1) == 9);
  CHECK(at.packets(2) == 3);
  SUBCASE("it can move back") {
    move(1);
    move(1);
    at.feed(2);
    CHECK(at.packets(1) == 13);
    CHECK(at.packets(2) == 3);
  }
  SUBCASE("it begins after the other transport is connected") {
    move(3);
    at.feed(2);
    CHECK(at.packets(3) == 0);
    at.connect(3);
    at.feed(2);
    CHECK(at.packets(3) == 2);
    CHECK(at.packets(1) == 13);
  }
  SUBCASE("it leaves nothing behind on the first transport") {
    caf::anon_send(at.shard, remove_transport{transport_key{2}});
    move(1);
    at.feed(2);
    CHECK(at.packets(1) == 13);
  }
  SUBCASE("a consumer that has ended is not moved") {
    caf::anon_send(moved, control_stream{close_consumer{}});
    at.world.run();
    move(1);
    at.feed(2);
    CHECK(at.packets(1) == 11);
  }
}

TEST_CASE("a move does not overtake the message that adds the consumer") {
  scene at;
  at.connect(1);
  at.connect(2);
  // The consumer's actor has not run yet when the move is sent.
  at.consumers.push_back(
      spawn_consumer(*at.world.system,
                     {consumer_id{"c"}, producer_id{"p"}, opus_to(1),
                      at.producer, transport_key{1}, at.shard, at.listener}));
  caf::anon_send(at.consumers.back(),
                 control_stream{move_consumer{transport_key{2}}});
  at.world.run();
  at.feed(3);
  CHECK(at.packets(1) == 0);
  CHECK(at.packets(2) == 3);
}
