// One room over two nodes: what the clients of each are told.

#include "tests/actors/support/two_nodes_call.hpp"

#include <algorithm>

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::end_reason;
using protocol::error_code;
using protocol::peer_id;
using protocol::producer_id;

namespace {

std::vector<std::string>
ids_of(const std::vector<protocol::participant>& list) {
  std::vector<std::string> out;
  for (const auto& x : list)
    out.push_back(x.id.str());
  std::ranges::sort(out);
  return out;
}

const protocol::participant*
find_participant(const std::vector<protocol::participant>& list,
                 const std::string& who) {
  auto i = std::ranges::find(list, peer_id{who}, &protocol::participant::id);
  return i == list.end() ? nullptr : &*i;
}

} // namespace

TEST_CASE("members of two nodes are in each other's rosters") {
  ann_and_bob x;
  CHECK(ids_of(x.bob_joined.participants)
        == std::vector<std::string>{"ann", "bob"});
  const auto joined = x.ann.event<event::peer_joined>();
  REQUIRE(joined);
  CHECK(joined->peer.id == peer_id{"bob"});
  CHECK(joined->peer.name == "bob");
  x.bob.hang_up();
  x.nodes.settle();
  const auto left = x.ann.event<event::peer_left>();
  REQUIRE(left);
  CHECK(left->peer == peer_id{"bob"});
}

TEST_CASE("the oldest member hosts, on whichever node it is") {
  ann_and_bob x;
  const auto* ann = find_participant(x.bob_joined.participants, "ann");
  const auto* bob = find_participant(x.bob_joined.participants, "bob");
  REQUIRE(ann);
  REQUIRE(bob);
  CHECK(ann->host);
  CHECK_FALSE(bob->host);
  x.bob.script->events.clear();
  x.ann.hang_up();
  x.nodes.settle();
  const auto changed = x.bob.event<event::host_changed>();
  REQUIRE(changed);
  CHECK(changed->host);
}

TEST_CASE("a producer is listed, paused and closed on the other node") {
  ann_and_bob x;
  x.bob.script->events.clear();
  const auto mic = produce_audio(x.nodes, x.ann);
  const auto added = x.bob.event<event::producer_added>();
  REQUIRE(added);
  CHECK(added->producer.id == mic);
  CHECK(added->producer.peer == peer_id{"ann"});
  CHECK(added->producer.kind == protocol::media_kind::audio);
  x.ann.get<reply::ok>(verb::pause_producer{mic});
  x.nodes.settle();
  const auto paused = x.bob.event<event::producer_paused>();
  REQUIRE(paused);
  CHECK(paused->producer == mic);
  x.ann.get<reply::ok>(verb::resume_producer{mic});
  x.nodes.settle();
  CHECK(x.bob.event<event::producer_resumed>());
  x.ann.get<reply::ok>(verb::close_producer{mic});
  x.nodes.settle();
  const auto closed = x.bob.event<event::producer_closed>();
  REQUIRE(closed);
  CHECK(closed->producer == mic);
}

TEST_CASE("a newcomer of another node is told the producers at once") {
  ann_and_bob x;
  const auto mic = produce_audio(x.nodes, x.ann);
  probe_client cleo{x.nodes.node(1)};
  const auto joined = cleo.get<reply::joined>(join_as("cleo"));
  REQUIRE(joined.producers.size() == 1);
  CHECK(joined.producers.front().id == mic);
}

TEST_CASE("a host moderates members of the other node") {
  ann_and_bob x;
  const auto mic = produce_audio(x.nodes, x.bob);
  x.bob.script->events.clear();
  x.ann.get<reply::ok>(verb::mute{peer_id{"bob"}, {}});
  x.nodes.settle();
  const auto muted = x.bob.event<event::producer_paused>();
  REQUIRE(muted);
  CHECK(muted->producer == mic);
  REQUIRE(muted->by);
  CHECK(muted->by->peer == peer_id{"ann"});
  x.ann.get<reply::ok>(
      verb::ask_to_unmute{peer_id{"bob"}, protocol::media_kind::audio});
  x.nodes.settle();
  CHECK(x.bob.event<event::unmute_requested>());
  x.ann.get<reply::ok>(verb::make_host{peer_id{"bob"}});
  x.nodes.settle();
  const auto hosts = x.bob.event<event::host_changed>();
  REQUIRE(hosts);
  CHECK(hosts->host);
  x.ann.get<reply::ok>(verb::kick{peer_id{"bob"}});
  x.nodes.settle();
  CHECK(x.bob.script->ended == end_reason::kicked);
  CHECK(x.ann.event<event::peer_left>());
}

TEST_CASE("a member that does not host moderates nobody on another node") {
  ann_and_bob x;
  CHECK(x.bob.refusal(verb::kick{peer_id{"ann"}}) == error_code::forbidden);
  CHECK(x.ann.refusal(verb::kick{peer_id{"dan"}})
        == error_code::peer_not_found);
  x.nodes.settle();
  CHECK_FALSE(x.ann.script->ended);
}

TEST_CASE("a lock holds on both nodes") {
  ann_and_bob x;
  x.ann.get<reply::ok>(verb::lock_room{true});
  x.nodes.settle();
  const auto locked = x.bob.event<event::room_locked>();
  REQUIRE(locked);
  CHECK(locked->locked);
  probe_client cleo{x.nodes.node(1)};
  CHECK(cleo.refusal(join_as("cleo")) == error_code::forbidden);
  x.ann.get<reply::ok>(verb::lock_room{false});
  x.nodes.settle();
  CHECK_FALSE(cleo.refusal(join_as("cleo")));
}

TEST_CASE("ending a room ends it on both nodes") {
  ann_and_bob x;
  x.ann.get<reply::ok>(verb::end_room{});
  x.nodes.settle();
  CHECK(x.bob.script->ended == end_reason::room_closed);
}

TEST_CASE("a user that joins on another node takes the place it had") {
  ann_and_bob x;
  x.ann.script->events.clear();
  probe_client again{x.nodes.node(0)};
  const auto joined = again.get<reply::joined>(join_as("bob"));
  CHECK(ids_of(joined.participants) == std::vector<std::string>{"ann", "bob"});
  x.nodes.settle();
  CHECK(x.bob.script->ended == end_reason::replaced);
  CHECK_FALSE(again.script->ended);
  const auto left = x.ann.event<event::peer_left>();
  REQUIRE(left);
  CHECK(left->peer == peer_id{"bob"});
  const auto back = x.ann.event<event::peer_joined>();
  REQUIRE(back);
  CHECK(back->peer.id == peer_id{"bob"});
  CHECK_FALSE(x.ann.event<event::peer_left>());
}

TEST_CASE("the id of another node's member is taken for others") {
  ann_and_bob x;
  probe_client thief{x.nodes.node(1)};
  CHECK(thief.refusal(join_as("ann", {.id = id_origin::server}))
        == error_code::forbidden);
}

TEST_CASE("a room that another node has exists") {
  two_nodes nodes;
  probe_client bob{nodes.node(1)};
  CHECK(bob.refusal(join_as("bob", {.must_exist = true}))
        == error_code::room_not_found);
  probe_client ann{nodes.node(0)};
  ann.get<reply::joined>(join_as("ann"));
  bob.send(join_as("bob", {.must_exist = true}));
  nodes.settle();
  CHECK(std::holds_alternative<protocol::success>(bob.script->outcomes.at(2)));
}

TEST_CASE("the limit of members counts those of all nodes") {
  actors::config settings;
  settings.room.max_members = 2;
  ann_and_bob x{settings};
  probe_client cleo{x.nodes.node(1)};
  CHECK(cleo.refusal(join_as("cleo")) == error_code::limit_reached);
}

TEST_CASE("the members of a dead node stay for the time of grace") {
  actors::config settings;
  settings.room.reconnect_grace = std::chrono::seconds{3};
  ann_and_bob x{settings};
  const auto mic = produce_audio(x.nodes, x.bob);
  x.ann.script->events.clear();
  x.nodes.split();
  const auto closed = x.ann.event<event::producer_closed>();
  REQUIRE(closed);
  CHECK(closed->producer == mic);
  CHECK_FALSE(x.ann.event<event::peer_left>());
  x.nodes.world.pass(std::chrono::seconds{4});
  CHECK(x.ann.event<event::peer_left>());
}

TEST_CASE("a room that was split is one again, and nothing is told twice") {
  ann_and_bob x;
  const auto mic = produce_audio(x.nodes, x.bob);
  x.nodes.split();
  x.ann.script->events.clear();
  probe_client cleo{x.nodes.node(1)};
  cleo.get<reply::joined>(join_as("cleo"));
  x.nodes.heal();
  const auto joined = x.ann.event<event::peer_joined>();
  REQUIRE(joined);
  CHECK(joined->peer.id == peer_id{"cleo"});
  CHECK_FALSE(x.ann.event<event::peer_joined>());
  x.ann.script->events.clear();
  x.bob.get<reply::ok>(verb::close_producer{mic});
  x.nodes.settle();
  CHECK(x.ann.event<event::producer_closed>());
}

TEST_CASE("who speaks on one node is told on the other") {
  ann_and_bob x;
  produce_audio(x.nodes, x.ann);
  // Its own node hears nothing, so that the digest alone can be the cause.
  x.bob.script->events.clear();
  for (int i = 0; i < 10; ++i) {
    for (const auto& [room, replica] : x.nodes.table->rooms[1])
      caf::anon_send(replica,
                     actors::room_message_from{
                         "a", 1, actors::voices_heard{"r", {"ann"}, {-20}}});
    x.nodes.world.pass(std::chrono::milliseconds{300});
  }
  const auto speaks = x.bob.event<event::active_speaker>();
  REQUIRE(speaks);
  CHECK(speaks->peer == peer_id{"ann"});
}
