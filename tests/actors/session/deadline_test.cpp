#include "actors/base/live_objects.hpp"
#include "protocol/ortc/supported_capabilities.hpp"
#include "tests/actors/support/data_world.hpp"
#include "tests/actors/support/held_back.hpp"
#include "tests/actors/support/probe_client.hpp"

/// A request that was refused must have no effect later. It has one deadline,
/// however many actors it passes through and wherever it waits.
using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using actors::live_object;
using actors::object_kind;
using protocol::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr auto every_kind = {object_kind::transport, object_kind::producer,
                             object_kind::consumer, object_kind::data_producer,
                             object_kind::data_consumer};

/// Bob, who sends media and data, and Ann, who makes a request.
struct scene {
  scene() {
    for (auto* who : {&bob, &ann}) {
      verb::create_transport create;
      create.sctp.emplace();
      who->get<reply::joined>(join_as(who == &bob ? "bob" : "ann"));
      who->get<reply::transport_created>(create);
    }
    bob.get<reply::produced>(opus_producer());
    bob.get<reply::data_produced>(verb::produce_data{});
    world.run();
  }

  std::vector<int64_t> counts() const {
    std::vector<int64_t> out;
    for (auto kind : every_kind)
      out.push_back(live_object::count(kind));
    return out;
  }

  std::optional<error_code> last_refusal() const {
    REQUIRE_FALSE(ann.script->outcomes.empty());
    const auto& last = ann.script->outcomes.rbegin()->second;
    const auto* refused = std::get_if<protocol::error>(&last);
    return refused ? std::optional{refused->code} : std::nullopt;
  }

  data_world world;
  probe_client bob{world};
  probe_client ann{world};
};

verb::consume consume_any() {
  verb::consume out;
  out.capabilities = protocol::default_router_rtp_capabilities();
  return out;
}

} // namespace

TEST_CASE("a request that was refused as too late has no effect") {
  scene at;
  auto before = at.counts();
  // The actor of the next step is suspended once the peer has waited long.
  held_actors next;
  SUBCASE("a consumer") {
    at.ann.send(consume_any());
    next = named("room");
  }
  SUBCASE("a producer") {
    at.ann.send(opus_producer());
    next = named("transport");
  }
  SUBCASE("a data consumer that the room has yet to find") {
    at.ann.send(verb::consume_data{});
    next = named("room");
  }
  SUBCASE("a data consumer that has yet to begin") {
    at.ann.send(verb::consume_data{});
    next = with_id(at.world.sctp.id());
  }
  SUBCASE("a data producer") {
    at.ann.send(verb::produce_data{});
    next = with_id(at.world.sctp.id());
  }
  SUBCASE("a transport") {
    at.ann.send(verb::create_transport{});
    next = named("transport");
  }
  auto answered = at.ann.script->outcomes.size();
  pass_without(at.world, seconds{4}, named("peer"));
  pass_without(at.world, milliseconds{3500}, next);
  REQUIRE(at.ann.script->outcomes.size() == answered + 1);
  REQUIRE(at.last_refusal() == error_code::internal);
  at.world.pass(seconds{10});
  CHECK(at.counts() == before);
  CHECK(at.bob.get<reply::producers>(verb::list_producers{}).list.empty());
  // The refused request does not count against another one.
  CHECK_FALSE(at.ann.refusal(consume_any()));
}

TEST_CASE("a peer that handles a request too late does not carry it out") {
  scene at;
  auto before = at.counts();
  at.ann.send(consume_any());
  pass_without(at.world, seconds{7}, named("peer"));
  REQUIRE(at.last_refusal() == error_code::internal);
  at.world.pass(seconds{10});
  CHECK(at.counts() == before);
}

TEST_CASE("a peer discards an answer that it handles too late") {
  scene at;
  auto before = at.counts();
  SUBCASE("a consumer") {
    at.ann.send(consume_any());
  }
  SUBCASE("a producer") {
    at.ann.send(opus_producer());
  }
  SUBCASE("a data consumer") {
    at.ann.send(verb::consume_data{});
  }
  SUBCASE("a data producer") {
    at.ann.send(verb::produce_data{});
  }
  SUBCASE("a transport") {
    at.ann.send(verb::create_transport{});
  }
  run_without(at.world, named("peer"));
  auto peer = waiting(at.world, "peer");
  // The peer asks, and is suspended when the answer comes.
  at.world.scheduler().run_once();
  pass_without(at.world, seconds{7}, with_id(peer));
  REQUIRE(at.last_refusal() == error_code::internal);
  at.world.pass(seconds{10});
  CHECK(at.counts() == before);
}

TEST_CASE("a client whose join was refused as too late never enters") {
  actor_world world;
  probe_client ann{world};
  ann.send(join_as("ann"));
  SUBCASE("the server does not open the room") {
    pass_without(world, seconds{7}, named("server"));
  }
  SUBCASE("the room closes again") {
    pass_without(world, seconds{7}, named("room"));
  }
  SUBCASE("the room has admitted it") {
    run_without(world, named("peer"));
    auto peer = waiting(world, "peer");
    run_without(world, named("room"));
    pass_without(world, seconds{7}, with_id(peer));
  }
  REQUIRE(ann.script->outcomes.size() == 1);
  CHECK(std::get<protocol::error>(ann.script->outcomes.begin()->second).code
        == error_code::internal);
  world.pass(seconds{10});
  CHECK(world.rooms() == 0);
  CHECK(live_object::count(object_kind::peer) == 0);
}

TEST_CASE("a room whose creation was refused as too late is not opened") {
  actor_world world;
  probe_client ann{world};
  ann.send(verb::create_room{protocol::room_id{"r"}});
  pass_without(world, seconds{7}, named("server"));
  REQUIRE(ann.script->outcomes.size() == 1);
  world.run();
  CHECK(world.rooms() == 0);
}
