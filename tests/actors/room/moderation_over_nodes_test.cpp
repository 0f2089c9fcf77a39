// Moderators, twins and limits of a room over two nodes: the same answers and
// effects as on one node.

#include "tests/actors/support/two_nodes_call.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::end_reason;
using protocol::error_code;
using protocol::media_kind;
using protocol::moderator;
using protocol::peer_id;
using std::chrono::seconds;

namespace {

/// Who muted the client last; nothing if nobody did.
std::optional<moderator> muted_by(probe_client& who) {
  const auto paused = who.event<event::producer_paused>();
  return paused ? paused->by : std::nullopt;
}

const moderator by_ann{peer_id{"ann"}};

} // namespace

TEST_CASE("all are muted on all nodes, but not the host") {
  ann_and_bob x;
  probe_client cleo{x.nodes.node(0)};
  cleo.get<reply::joined>(join_as("cleo"));
  for (auto* who : {&x.ann, &x.bob, &cleo})
    produce_audio(x.nodes, *who);
  for (auto* who : {&x.ann, &x.bob, &cleo})
    who->script->events.clear();
  x.ann.get<reply::ok>(verb::mute_all{media_kind::video});
  x.nodes.settle();
  CHECK_FALSE(muted_by(x.bob));
  x.ann.get<reply::ok>(verb::mute_all{media_kind::audio});
  x.nodes.settle();
  CHECK(muted_by(x.bob) == by_ann);
  CHECK(muted_by(cleo) == by_ann);
  // Ann is told what was paused, and that is not hers.
  for (const auto& e : x.ann.script->events)
    if (const auto* paused = std::get_if<event::producer_paused>(&e))
      CHECK(paused->peer != peer_id{"ann"});
}

TEST_CASE("a member of another node is muted for one kind") {
  ann_and_bob x;
  produce_audio(x.nodes, x.bob);
  x.bob.script->events.clear();
  x.ann.get<reply::ok>(verb::mute{peer_id{"bob"}, media_kind::video});
  x.nodes.settle();
  CHECK_FALSE(muted_by(x.bob));
  x.ann.get<reply::ok>(verb::mute{peer_id{"bob"}, media_kind::audio});
  x.nodes.settle();
  CHECK(muted_by(x.bob) == by_ann);
}

TEST_CASE("a member of another node is asked to unmute once in five seconds") {
  ann_and_bob x;
  const verb::ask_to_unmute ask{peer_id{"bob"}, media_kind::audio};
  x.ann.get<reply::ok>(ask);
  CHECK(x.ann.refusal(ask) == error_code::limit_reached);
  x.nodes.settle();
  const auto asked = x.bob.event<event::unmute_requested>();
  REQUIRE(asked);
  CHECK(asked->by == by_ann);
  CHECK_FALSE(x.bob.event<event::unmute_requested>());
  x.nodes.world.pass(seconds{5});
  x.ann.get<reply::ok>(ask);
  x.nodes.settle();
  CHECK(x.bob.event<event::unmute_requested>());
}

TEST_CASE("a host cannot moderate itself or who is not there") {
  ann_and_bob x;
  const auto try_all = [&](probe_client& host, const peer_id& who) {
    std::vector<std::optional<error_code>> out;
    out.push_back(host.refusal(verb::kick{who}));
    out.push_back(host.refusal(verb::ask_to_unmute{who, media_kind::audio}));
    return out;
  };
  const std::vector<std::optional<error_code>> oneself{error_code::bad_request,
                                                       error_code::bad_request};
  const std::vector<std::optional<error_code>> unknown{
      error_code::peer_not_found, error_code::peer_not_found};
  CHECK(try_all(x.ann, peer_id{"ann"}) == oneself);
  x.bob.hang_up();
  x.nodes.settle();
  CHECK(try_all(x.ann, peer_id{"bob"}) == unknown);
  for (const auto* who : {"bob", "nobody"}) {
    CHECK(x.ann.refusal(verb::mute{peer_id{who}, {}})
          == error_code::peer_not_found);
    CHECK(x.ann.refusal(verb::make_host{peer_id{who}})
          == error_code::peer_not_found);
  }
}

TEST_CASE("a host made on another node moderates the one that made it") {
  ann_and_bob x;
  x.ann.get<reply::ok>(verb::make_host{peer_id{"bob"}});
  x.nodes.settle();
  const auto changed = x.bob.event<event::host_changed>();
  REQUIRE(changed);
  CHECK(changed->by == by_ann);
  x.bob.get<reply::ok>(verb::kick{peer_id{"ann"}});
  x.nodes.settle();
  CHECK(x.ann.script->ended == end_reason::kicked);
}

TEST_CASE("tokens decide who moderates on all nodes") {
  actors::config settings;
  join_options rights;
  SUBCASE("one that permits it") {
    rights.rights.moderate = true;
    ann_and_bob x{settings, rights};
    x.bob.get<reply::ok>(verb::kick{peer_id{"ann"}});
    x.nodes.settle();
    CHECK(x.ann.script->ended == end_reason::kicked);
  }
  SUBCASE("one that does not") {
    rights.rights.moderate = false;
    ann_and_bob x{settings, rights};
    CHECK(x.ann.refusal(verb::make_host{peer_id{"bob"}})
          == error_code::forbidden);
    x.nodes.settle();
    CHECK_FALSE(x.bob.event<event::host_changed>());
  }
}

TEST_CASE("all nodes are told who locked the room, and any host unlocks it") {
  ann_and_bob x;
  x.ann.get<reply::ok>(verb::make_host{peer_id{"bob"}});
  x.ann.get<reply::ok>(verb::lock_room{true});
  x.nodes.settle();
  const auto locked = x.bob.event<event::room_locked>();
  REQUIRE(locked);
  CHECK(locked->by == by_ann);
  x.ann.script->events.clear();
  x.bob.get<reply::ok>(verb::lock_room{false});
  x.nodes.settle();
  const auto unlocked = x.ann.event<event::room_locked>();
  REQUIRE(unlocked);
  CHECK_FALSE(unlocked->locked);
  CHECK(unlocked->by == moderator{peer_id{"bob"}});
  CHECK_FALSE(x.bob.event<event::room_locked>());
}

TEST_CASE("a proven twin replaces itself in a full and locked room") {
  actors::config settings;
  settings.room.max_members = 2;
  settings.room.takeover = "proven";
  ann_and_bob x{settings};
  x.ann.get<reply::ok>(verb::lock_room{true});
  x.nodes.settle();
  x.ann.script->events.clear();
  probe_client other{x.nodes.node(0)};
  CHECK(other.refusal(join_as("bob")) == error_code::forbidden);
  CHECK(other.refusal(join_as("cleo", {.vouched = true}))
        == error_code::forbidden);
  CHECK_FALSE(other.refusal(join_as("bob", {.vouched = true})));
  x.nodes.settle();
  CHECK(x.bob.script->ended == end_reason::replaced);
  CHECK_FALSE(other.script->ended);
  CHECK(x.ann.event<event::peer_left>());
  CHECK(x.ann.event<event::peer_joined>());
  CHECK_FALSE(x.ann.event<event::peer_left>());
}

TEST_CASE("an unproven twin is a newcomer to a full room") {
  actors::config settings;
  settings.room.max_members = 2;
  ann_and_bob x{settings};
  probe_client other{x.nodes.node(0)};
  CHECK(other.refusal(join_as("bob")) == error_code::limit_reached);
  x.nodes.settle();
  CHECK_FALSE(x.bob.script->ended);
}

TEST_CASE("each node has its own limit of producers") {
  actors::config settings;
  settings.room.max_producers = 1;
  ann_and_bob x{settings};
  produce_audio(x.nodes, x.ann);
  produce_audio(x.nodes, x.bob);
  probe_client cleo{x.nodes.node(1)};
  cleo.get<reply::joined>(join_as("cleo"));
  verb::create_transport open;
  open.direction = protocol::direction::send;
  cleo.get<reply::transport_created>(open);
  CHECK(cleo.refusal(opus_producer()) == error_code::limit_reached);
}

TEST_CASE("a room that another node has cannot be created") {
  two_nodes nodes;
  probe_client ann{nodes.node(0)};
  probe_client bob{nodes.node(1)};
  const verb::create_room create{protocol::room_id{"r"}};
  ann.get<reply::ok>(create);
  CHECK(ann.refusal(create) == error_code::room_exists);
  CHECK(bob.refusal(create) == error_code::room_exists);
  const verb::create_room another{protocol::room_id{"s"}};
  CHECK_FALSE(bob.refusal(another));
}

TEST_CASE("a room that was created on one node is joined on another") {
  two_nodes nodes;
  probe_client ann{nodes.node(0)};
  ann.get<reply::ok>(verb::create_room{protocol::room_id{"r"}});
  probe_client bob{nodes.node(1)};
  const auto there =
      ann_and_bob::join_on(nodes, bob, join_as("bob", {.must_exist = true}));
  CHECK(there.participants.size() == 1);
  const auto here = ann.get<reply::joined>(join_as("ann"));
  CHECK(here.participants.size() == 2);
  CHECK_FALSE(here.host);
}
