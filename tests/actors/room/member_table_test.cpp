#include "actors/room/member_table.hpp"

#include "tests/actors/support/actor_world.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

const peer_id ann{"ann"};
const peer_id bob{"bob"};

/// An actor that ignores everything.
peer_handle spawn_idle(caf::actor_system& system) {
  return system.spawn([](peer_handle::pointer) -> peer_handle::behavior_type {
    return {[](const close_peer&) {},
            [](const dismiss_peer&) {},
            [](const adopt_session&) {},
            [](const mute_peer&) {},
            [](const notify_peer&) {},
            [](const get_peer_stats&) { return protocol::reply::stats{}; },
            [](const explain_consumer&) {
              return consumer_explanation{};
            }};
  });
}

} // namespace

TEST_CASE("a member is found by its id and by its peer until it is removed") {
  actor_world world;
  {
    auto peer = spawn_idle(*world.system);
    member_table members;
    CHECK(members.empty());
    members.add(ann, {peer, {}}).moderates = true;
    REQUIRE(members.id_of(peer->id()));
    CHECK(*members.id_of(peer->id()) == ann);
    REQUIRE(members.find(ann));
    CHECK(members.at(ann).moderates == true);
    CHECK(members.size() == 1);
    CHECK_FALSE(members.find(bob));
    CHECK_FALSE(members.remove(bob));
    auto left = members.remove(ann);
    REQUIRE(left);
    CHECK(left->peer == peer);
    CHECK_FALSE(members.id_of(peer->id()));
    CHECK_FALSE(members.contains(ann));
  }
  world.run();
}

TEST_CASE("a member that is renamed is found by its new id only") {
  actor_world world;
  {
    auto peer = spawn_idle(*world.system);
    member_table members;
    members.add(ann, {peer, {}}).joiner = 7;
    CHECK(members.rename(ann, bob).joiner == 7);
    CHECK_FALSE(members.find(ann));
    REQUIRE(members.find(bob));
    REQUIRE(members.id_of(peer->id()));
    CHECK(*members.id_of(peer->id()) == bob);
    members.clear();
    CHECK(members.empty());
    CHECK_FALSE(members.id_of(peer->id()));
  }
  world.run();
}

TEST_CASE("viewers are counted apart from participants") {
  actor_world world;
  {
    auto peer = spawn_idle(*world.system);
    auto other = spawn_idle(*world.system);
    member_table members;
    members.add(ann, {peer, {}});
    room_member viewer{other, {}};
    viewer.viewer = true;
    members.add(bob, viewer);
    CHECK(members.size() == 2);
    CHECK(members.viewers() == 1);
    CHECK(members.participants() == 1);
    members.remove(bob);
    CHECK(members.viewers() == 0);
    CHECK(members.participants() == 1);
    members.add(bob, viewer);
    members.clear();
    CHECK(members.viewers() == 0);
  }
  world.run();
}
