#include "tests/actors/support/probe_client.hpp"

#include <caf/weak_intrusive_ptr.hpp>

/// A delayed message keeps the memory of its receiver allocated.
using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

template <class Handle>
caf::weak_actor_ptr weak(const Handle& x) {
  return caf::actor_cast<caf::weak_actor_ptr>(x);
}

} // namespace

TEST_CASE("a session is freed a minute after its end, however long its token") {
  actor_world world;
  auto connection = std::make_shared<fake_connection>();
  protocol::handshake hello;
  hello.path = "/socket";
  hello.query = {{"auth", "ann"}, {"channelId", "r"}};
  protocol::identity who;
  who.user = protocol::peer_id{"ann"};
  who.expires = actors::wall_now() + hours{10};
  auto session = actors::spawn_session(
      *world.system,
      {connection, protocol::find_dialect(hello), hello, world.services,
       caf::actor_cast<actors::room_gate_actor>(world.server), nullptr, who});
  auto left = weak(session);
  world.run();
  REQUIRE_FALSE(connection->closed);
  // The token's expiry still ends a session that is open.
  SUBCASE("the client disconnects") {
    caf::anon_send(session, actors::connection_closed{});
    session = nullptr;
    world.run();
    world.scheduler().advance_time(seconds{61});
    world.run();
    CHECK_FALSE(left.lock());
  }
  SUBCASE("the client stays") {
    for (int i = 0; i < 10 * 60 - 1; ++i) {
      world.scheduler().advance_time(std::chrono::minutes{1});
      world.run();
    }
    CHECK_FALSE(connection->closed);
    world.scheduler().advance_time(std::chrono::minutes{2});
    world.run();
    CHECK(connection->closed);
    caf::anon_send(session, actors::connection_closed{});
    session = nullptr;
    world.run();
  }
}

TEST_CASE("a room is freed a minute after its end, however long the grace") {
  actors::config settings;
  settings.room.reconnect_grace = hours{1};
  actor_world world{settings};
  caf::weak_actor_ptr left;
  {
    probe_client ann{world};
    ann.get<reply::joined>(join_as("ann"));
    probe_client bob{world};
    bob.get<reply::joined>(join_as("bob"));
    caf::scoped_actor self{*world.system};
    auto found = self->request(world.server, caf::infinite,
                               actors::find_room{protocol::room_id{"r"}});
    world.run();
    found.receive([&](const actors::room_found& x) { left = weak(x.room); },
                  [](const caf::error&) { FAIL("no room"); });
    bob.hang_up(true);
    world.run();
    ann.get<reply::ok>(verb::end_room{});
  }
  CHECK(world.rooms() == 0);
  world.scheduler().advance_time(seconds{61});
  world.run();
  CHECK_FALSE(left.lock());
}
