// What a room remembers of the other nodes.

#include "actors/room/room_state.hpp"
#include "tests/actors/support/two_nodes_call.hpp"

using namespace troupe;
using namespace troupe::test;
namespace event = troupe::protocol::event;
using actors::neighbour_state;
using actors::room_message;
using actors::room_message_from;
using actors::room_neighbour;
using protocol::peer_id;
using std::chrono::seconds;

namespace {

/// The replica of room r on node a.
struct replica_scene : ann_and_bob {
  using ann_and_bob::ann_and_bob;

  template <class Message>
  void tell(Message x) {
    caf::anon_send(nodes.table->rooms[0].begin()->second, std::move(x));
    nodes.world.run();
  }

  void say(uint64_t node, room_message what) {
    tell(room_message_from{"c", node, std::move(what)});
  }

  /// A process of node c comes, with a member if `with_member`.
  void appear(uint64_t incarnation, bool with_member) {
    tell(room_neighbour{"c", incarnation, neighbour_state::reachable});
    actors::part_snapshot<std::string> part;
    part.epoch = {incarnation, 1};
    part.last = true;
    if (with_member) {
      actors::part_entry<std::string> cleo;
      cleo.key.id = "cleo" + std::to_string(incarnation);
      cleo.since = {1, 0, incarnation};
      cleo.payload = protocol::to_json(protocol::described_member{"cleo"});
      part.entries.push_back(std::move(cleo));
    }
    say(incarnation, actors::room_snapshot{"r", std::move(part)});
  }

  size_t neighbours() {
    using room = std::remove_pointer_t<actors::room_state::pointer>;
    auto* raw = caf::actor_cast<caf::abstract_actor*>(
        nodes.table->rooms[0].begin()->second);
    return dynamic_cast<room&>(*raw).state.replica.neighbours();
  }

  size_t members() {
    probe_client eye{nodes.node(0)};
    return eye.get<protocol::reply::joined>(join_as("eye")).participants.size()
           - 1;
  }
};

} // namespace

TEST_CASE("a node that restarts 10,000 times leaves nothing") {
  replica_scene x;
  for (uint64_t i = 10; i < 10'010; ++i) {
    x.appear(i, i % 100 == 0);
    x.tell(room_neighbour{"c", i, neighbour_state::dead});
  }
  // Those that had a member are remembered for the time of grace.
  CHECK(x.neighbours() == 101);
  x.nodes.world.pass(seconds{11});
  CHECK(x.neighbours() == 1);
  CHECK(x.members() == 2);
}

TEST_CASE("a node that leaves the cluster takes its members with it at once") {
  replica_scene x;
  x.appear(10, true);
  CHECK(x.members() == 3);
  x.ann.script->events.clear();
  x.tell(room_neighbour{"c", 10, neighbour_state::left});
  const auto left = x.ann.event<event::peer_left>();
  REQUIRE(left);
  CHECK(left->peer == peer_id{"cleo10"});
  CHECK(x.neighbours() == 1);
}

TEST_CASE("a room that a node closes and opens at once is known again") {
  replica_scene x;
  x.ann.script->events.clear();
  x.bob.hang_up();
  x.nodes.settle();
  CHECK(x.ann.event<event::peer_left>());
  CHECK(x.neighbours() == 0);
  // Node a is not told by its cluster actor.
  const auto known = std::exchange(x.nodes.table->rooms[0], {});
  probe_client again{x.nodes.node(1)};
  again.send(join_as("bob"));
  x.nodes.world.run();
  x.nodes.table->rooms[0] = known;
  for (const auto& [room, replica] : x.nodes.table->rooms[1])
    caf::anon_send(replica, room_neighbour{"a", 1, neighbour_state::reachable});
  x.nodes.settle();
  CHECK(x.ann.event<event::peer_joined>());
  CHECK(x.neighbours() == 1);
  CHECK_FALSE(x.ann.event<event::peer_joined>());
}
