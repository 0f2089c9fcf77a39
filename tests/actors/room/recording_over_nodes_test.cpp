// A recording of a room over two nodes: one of them makes it, and the members
// of both are told, asked and recorded.

#include "tests/actors/support/fake_recordings.hpp"
#include "tests/actors/support/two_nodes_call.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using actors::is_older;
using protocol::error_code;
using protocol::peer_id;

namespace {

using lines = std::vector<std::string>;

/// The recordings of both nodes, which outlive the nodes.
struct both_recordings {
  std::array<fake_recordings, 2> of;
};

/// Ann on node a, who is the host, and Bob on node b, whose token lets him
/// record.
struct call : both_recordings, ann_and_bob {
  explicit call(bool asks = false)
      : ann_and_bob({}, {.rights = {.record = true}},
                    [this, asks](size_t node, actors::room_services& rooms) {
                      of[node].install(rooms, asks);
                    }) {}

  protocol::recording_info start(probe_client& who) {
    auto out = *who.get<reply::recording>(verb::start_recording{}).what;
    nodes.settle();
    return out;
  }
};

} // namespace

TEST_CASE("members on both nodes are told of a recording and of its end") {
  call x;
  const auto info = x.start(x.ann);
  const auto began = x.bob.event<event::recording_started>();
  REQUIRE(began);
  CHECK(began->what == info);
  CHECK(x.bob.get<reply::recording>(verb::get_recording{}).what == info);
  CHECK(x.bob.refusal(verb::start_recording{}) == error_code::limit_reached);
  probe_client cleo{x.nodes.node(1)};
  CHECK(cleo.get<reply::joined>(join_as("cleo")).recording == info);
  x.nodes.settle();
  CHECK(x.of[0].told() == lines{"joined ann", "joined bob", "joined cleo"});
  x.bob.get<reply::ok>(verb::stop_recording{});
  x.nodes.settle();
  CHECK(x.of[0].told() == lines{"finish stopped"});
  for (auto* who : {&x.ann, &x.bob, &cleo}) {
    const auto over = who->event<event::recording_stopped>();
    REQUIRE(over);
    CHECK(over->id == info.id);
    CHECK(over->reason == "stopped");
    CHECK_FALSE(who->event<event::recording_stopped>());
    CHECK_FALSE(who->event<event::recording_started>());
    CHECK_FALSE(who->get<reply::recording>(verb::get_recording{}).what);
  }
  CHECK(x.of[1].started.empty());
}

TEST_CASE("a node whose first member joins later knows of the recording") {
  both_recordings made;
  two_nodes nodes{{}, nullptr, [&](size_t node, actors::room_services& rooms) {
                    made.of[node].install(rooms);
                  }};
  probe_client ann{nodes.node(0)};
  ann.get<reply::joined>(join_as("ann"));
  const auto info = ann.get<reply::recording>(verb::start_recording{}).what;
  probe_client bob{nodes.node(1)};
  CHECK(ann_and_bob::join_on(nodes, bob, join_as("bob")).recording == info);
}

TEST_CASE("what members of the other node send is recorded") {
  call x;
  produce_audio(x.nodes, x.bob);
  x.start(x.ann);
  CHECK(x.of[0].told() == lines{"joined ann", "joined bob", "record bob"});
  probe_client cleo{x.nodes.node(1)};
  cleo.get<reply::joined>(join_as("cleo"));
  produce_audio(x.nodes, cleo);
  CHECK(x.of[0].told() == lines{"joined cleo", "record cleo"});
}

TEST_CASE("a member of the other node is asked, and recorded as it accepts") {
  call x{true};
  produce_audio(x.nodes, x.bob);
  x.start(x.ann);
  CHECK(x.of[0].told() == lines{"joined ann", "joined bob"});
  CHECK(x.bob.event<event::recording_consent_asked>());
  x.bob.get<reply::ok>(verb::consent_to_recording{});
  x.nodes.settle();
  CHECK(x.of[0].told() == lines{"record bob"});
  x.bob.get<reply::ok>(verb::consent_to_recording{false});
  x.nodes.settle();
  CHECK(x.of[0].told() == lines{"forget bob"});
}

TEST_CASE("of two recordings that begin at once the older goes on") {
  call x;
  x.nodes.table->holds = true;
  const auto first = *x.ann.get<reply::recording>(verb::start_recording{}).what;
  const auto second =
      *x.bob.get<reply::recording>(verb::start_recording{}).what;
  x.nodes.settle();
  x.nodes.release();
  x.nodes.settle();
  x.nodes.settle();
  const auto kept = is_older(first, second) ? first : second;
  for (auto* who : {&x.ann, &x.bob})
    CHECK(who->get<reply::recording>(verb::get_recording{}).what == kept);
}

TEST_CASE("the recording ends with the last member of its node") {
  call x;
  const auto info = x.start(x.ann);
  x.ann.hang_up();
  x.nodes.settle();
  const auto over = x.bob.event<event::recording_stopped>();
  REQUIRE(over);
  CHECK(over->id == info.id);
  CHECK(over->reason == "room-ended");
  CHECK_FALSE(x.bob.event<event::recording_stopped>());
  x.start(x.bob);
  CHECK(x.of[1].started.size() == 1);
}

TEST_CASE("members are told when the node that records is gone") {
  call x;
  x.start(x.ann);
  x.nodes.split();
  x.nodes.world.pass(x.nodes.world.settings.room.reconnect_grace
                     + std::chrono::seconds{1});
  const auto over = x.bob.event<event::recording_stopped>();
  REQUIRE(over);
  CHECK(over->reason == "internal");
}
