#include "tests/actors/support/bare_join.hpp"
#include "tests/actors/support/probe_client.hpp"

#include <caf/event_based_actor.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::actors;
namespace event = troupe::protocol::event;

namespace {

/// Reports audio levels of a member for a while, as its packets would. The
/// member must be known to the room, which looks at known members only.
struct sounding_member {
  sounding_member(actor_world& x, const std::string& name)
      : world(x)
      , peer(spawn_peer(*x.system)) {
    auto joined = join_bare(world, name, peer,
                            caf::actor_cast<session_listener_actor>(peer));
    speech = std::move(joined.speech);
    room = std::move(joined.room);
    producer_entry entry;
    entry.facts.info.id = producer_id{name};
    entry.facts.info.peer = peer_id{name};
    caf::anon_send(caf::actor_cast<caf::actor>(peer), entry, room);
    world.run();
  }

  static peer_handle spawn_peer(caf::actor_system& system) {
    // Replaces the member's peer and ignores other messages.
    auto out = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
      self->set_default_handler(caf::drop);
      return {[self](producer_entry& x, room_directory_actor& to) {
        self->send(to, producer_published{std::move(x)});
      }};
    });
    return caf::actor_cast<peer_handle>(out);
  }

  ~sounding_member() {
    caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
    world.run();
  }

  void sound(int milliseconds) {
    for (int i = 0; i < milliseconds; i += 20) {
      speech->note_level(30, world.scheduler().clock().now());
      world.pass(std::chrono::milliseconds{20});
    }
  }

  actor_world& world;
  peer_handle peer;
  room_directory_actor room;
  std::shared_ptr<actors::speech_activity> speech;
};

/// Whether no timer is set again after all have fired.
bool clock_stands_still(actor_world& world) {
  for (int i = 0; i < 20; ++i) {
    if (world.scheduler().trigger_timeouts() == 0)
      return true;
    world.run();
  }
  return false;
}

} // namespace

TEST_CASE(
    "a room announces speakers, and sends nothing while nothing changes") {
  actor_world world;
  probe_client ann{world};
  ann.get<protocol::reply::joined>(join_as("ann"));
  world.pass(std::chrono::seconds{2});
  CHECK(clock_stands_still(world)); // no member sends audio
  {
    sounding_member bob{world, "bob"};
    world.pass(std::chrono::seconds{2});
    CHECK_FALSE(ann.event<event::speaking_peers>());
    CHECK_FALSE(clock_stands_still(world));
    ann.script->events.clear();
    bob.sound(3000);
    auto speaking = ann.event<event::speaking_peers>();
    REQUIRE(speaking);
    REQUIRE(speaking->peers.size() == 1);
    CHECK(speaking->peers[0].peer == peer_id{"bob"});
    auto active = ann.event<event::active_speaker>();
    REQUIRE(active);
    CHECK(active->peer == peer_id{"bob"});
    CHECK(ann.script->events.empty());
    world.pass(std::chrono::seconds{2});
    speaking = ann.event<event::speaking_peers>();
    REQUIRE(speaking);
    CHECK(speaking->peers.empty());
    world.pass(std::chrono::seconds{2});
    active = ann.event<event::active_speaker>();
    REQUIRE(active);
    CHECK_FALSE(active->peer);
    bob.sound(1000);
    CHECK(ann.event<event::active_speaker>());
    ann.script->events.clear();
  }
  // A member that leaves is no longer a speaker, and the timer stops.
  world.pass(std::chrono::milliseconds{300});
  CHECK(ann.event<event::speaking_peers>());
  CHECK(ann.event<event::active_speaker>());
  CHECK(clock_stands_still(world));
}
