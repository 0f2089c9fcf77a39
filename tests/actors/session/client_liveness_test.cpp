#include "tests/actors/support/fake_client.hpp"

using namespace troupe::test;

TEST_CASE("each transport may note that its client's connection is alive") {
  actor_world world;
  fake_client ann{world, "r", "ann"};
  world.run();
  auto before = ann.liveness_users();
  CHECK(before > 1); // its peer
  ann.create_transport("send");
  CHECK(ann.liveness_users() > before);
}
