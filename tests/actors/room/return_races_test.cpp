#include "actors/base/live_objects.hpp"
#include "tests/actors/support/data_world.hpp"
#include "tests/actors/support/held_back.hpp"
#include "tests/actors/support/probe_client.hpp"

/// Races between a lost connection, a return and a pending request, in every
/// order in which their messages can meet.
using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::error_code;
using std::chrono::seconds;

namespace {

constexpr bool lost = true;

/// Bob, and Ann with a transport.
template <class World>
struct basic_scene {
  basic_scene() {
    bob.get<reply::joined>(join_as("bob"));
    ann.get<reply::joined>(join_as("ann"));
    verb::create_transport create;
    create.sctp.emplace();
    transport = ann.get<reply::transport_created>(create).id;
    world.run();
    bob.script->events.clear();
  }

  bool ann_is_there() {
    probe_client eye{world};
    auto there = eye.get<reply::joined>(join_as("eye")).participants;
    return std::ranges::any_of(
        there, [](const auto& x) { return x.id.str() == "ann"; });
  }

  bool has_what_she_had(probe_client& who) {
    return !who.refusal(verb::restart_ice{transport});
  }

  /// The response to the latest request of `who`, if any.
  static std::optional<error_code> last_refusal(const probe_client& who) {
    REQUIRE_FALSE(who.script->outcomes.empty());
    const auto& last = who.script->outcomes.rbegin()->second;
    const auto* refused = std::get_if<protocol::error>(&last);
    return refused ? std::optional{refused->code} : std::nullopt;
  }

  World world;
  probe_client bob{world};
  probe_client ann{world};
  protocol::transport_id transport;
};

using scene = basic_scene<actor_world>;

/// A client under an id derived from a secret, which then names its user.
verb::join derived_join(const std::string& id) {
  return join_as(id, {.id = id_origin::derived});
}

verb::join rename_to(const std::string& name) {
  return join_as(name, {.renames = true});
}

} // namespace

TEST_CASE("a loss that reaches the room after the return changes nothing") {
  scene at;
  at.ann.hang_up(lost);
  run_without(at.world, named("peer"));
  auto peer = waiting(at.world, "peer");
  probe_client again{at.world};
  again.send(join_as("ann"));
  run_without(at.world, with_id(peer));
  CHECK_FALSE(at.last_refusal(again));
  at.world.pass(seconds{30});
  CHECK_FALSE(again.connection->closed);
  CHECK_FALSE(at.bob.event<event::peer_left>());
  CHECK(at.ann_is_there());
  CHECK(at.has_what_she_had(again));
}

TEST_CASE(
    "a client that is lost again while it returns gets the full grace time") {
  scene at;
  at.ann.hang_up(lost);
  at.world.pass(seconds{9});
  probe_client again{at.world};
  again.send(join_as("ann"));
  SUBCASE("before its session has made the request") {}
  SUBCASE("while the room handles the request") {
    run_without(at.world, named("room"));
  }
  SUBCASE("while the response is on its way") {
    run_without(at.world, named("peer"));
    auto newcomer = waiting(at.world, "peer");
    run_without(at.world, named("room"));
    run_without(at.world, with_id(newcomer));
  }
  again.hang_up(lost);
  at.world.pass(seconds{9});
  CHECK_FALSE(at.bob.event<event::peer_left>());
  probe_client third{at.world};
  third.get<reply::joined>(join_as("ann"));
  CHECK(at.has_what_she_had(third));
  at.world.pass(seconds{30});
  CHECK(at.ann_is_there());
}

TEST_CASE("a client lost again while it returns leaves after the grace time") {
  scene at;
  at.ann.hang_up(lost);
  at.world.run();
  probe_client again{at.world};
  again.send(join_as("ann"));
  again.hang_up(lost);
  at.world.pass(seconds{11});
  CHECK(at.bob.event<event::peer_left>());
  CHECK_FALSE(at.ann_is_there());
}

TEST_CASE(
    "a client that closes its connection while it returns leaves at once") {
  scene at;
  at.ann.hang_up(lost);
  at.world.run();
  probe_client again{at.world};
  again.send(join_as("ann"));
  again.hang_up();
  at.world.run();
  CHECK(at.bob.event<event::peer_left>());
}

TEST_CASE("a session that fails while its user returns counts as a loss") {
  scene at;
  at.ann.hang_up(lost);
  at.world.run();
  probe_client again{at.world};
  again.send(join_as("ann"));
  run_without(at.world, named("room"));
  caf::anon_send_exit(again.session(), caf::exit_reason::user_shutdown);
  run_without(at.world, named("room"));
  at.world.pass(seconds{9});
  CHECK_FALSE(at.bob.event<event::peer_left>());
  at.world.pass(seconds{2});
  CHECK(at.bob.event<event::peer_left>());
}

TEST_CASE(
    "a client that is renamed and lost at once leaves after the grace time") {
  actor_world world;
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  probe_client guest{world};
  guest.get<reply::joined>(derived_join("x7"));
  bob.script->events.clear();
  auto people = [&] {
    probe_client eye{world};
    return eye.get<reply::joined>(join_as("eye")).participants.size() - 1;
  };
  SUBCASE("the response arrives") {
    guest.send(rename_to("ann"));
    guest.hang_up(lost);
    world.run();
    CHECK(people() == 2);
  }
  SUBCASE("the response arrives after the loss") {
    guest.send(rename_to("ann"));
    run_without(world, named("peer"));
    auto peer = waiting(world, "peer");
    run_without(world, named("room"));
    run_without(world, with_id(peer));
    guest.hang_up(lost);
    world.run();
    CHECK(people() == 2);
  }
  SUBCASE("the response does not arrive in time") {
    guest.send(rename_to("ann"));
    pass_without(world, seconds{7}, named("room"));
    REQUIRE(scene::last_refusal(guest) == error_code::internal);
    world.run();
    guest.hang_up(lost);
    world.run();
  }
  world.pass(seconds{11});
  CHECK(bob.event<event::peer_left>());
  CHECK(people() == 1);
}

TEST_CASE("a member whose renaming came too late keeps its id") {
  scene at;
  probe_client guest{at.world};
  guest.get<reply::joined>(derived_join("x7"));
  guest.get<reply::transport_created>(verb::create_transport{});
  guest.send(rename_to("eve"));
  pass_without(at.world, seconds{7}, named("room"));
  REQUIRE(at.last_refusal(guest) == error_code::internal);
  at.world.run();
  guest.get<reply::produced>(opus_producer());
  at.world.run();
  auto list = at.bob.get<reply::producers>(verb::list_producers{}).list;
  REQUIRE(list.size() == 1);
  CHECK(list.front().peer.str() == "x7");
}

TEST_CASE("a return that timed out succeeds when it is repeated") {
  scene at;
  at.ann.hang_up(lost);
  at.world.run();
  probe_client again{at.world};
  again.send(join_as("ann"));
  SUBCASE("the room was slow") {
    pass_without(at.world, seconds{7}, named("room"));
    REQUIRE(at.last_refusal(again) == error_code::internal);
  }
  SUBCASE("its response was slow") {
    run_without(at.world, named("peer"));
    auto newcomer = waiting(at.world, "peer");
    run_without(at.world, named("room"));
    pass_without(at.world, seconds{7}, with_id(newcomer));
    REQUIRE(at.last_refusal(again) == error_code::internal);
    again.send(join_as("ann"));
    run_without(at.world, with_id(newcomer));
    REQUIRE_FALSE(at.last_refusal(again));
  }
  CHECK_FALSE(again.refusal(join_as("ann"))
              == std::optional{error_code::internal});
  at.world.pass(seconds{30});
  CHECK_FALSE(again.connection->closed);
  CHECK_FALSE(again.script->ended);
  CHECK(at.has_what_she_had(again));
  CHECK_FALSE(at.bob.event<event::peer_left>());
}

TEST_CASE("a return that was refused as too late has no effect") {
  scene at;
  at.ann.hang_up(lost);
  at.world.run();
  probe_client again{at.world};
  again.send(join_as("ann"));
  run_without(at.world, named("peer"));
  auto newcomer = waiting(at.world, "peer");
  run_without(at.world, named("room"));
  pass_without(at.world, seconds{7}, with_id(newcomer));
  REQUIRE(at.last_refusal(again) == error_code::internal);
  // The client does not repeat the request, but its connection stays open.
  at.world.pass(seconds{11});
  CHECK(at.bob.event<event::peer_left>());
  CHECK_FALSE(at.ann_is_there());
}

TEST_CASE(
    "a producer that is ready after its client began anew is not listed") {
  scene at;
  at.ann.send(opus_producer());
  run_without(at.world, named("transport"));
  auto transport = waiting(at.world, "transport");
  at.ann.hang_up(lost);
  run_without(at.world, with_id(transport));
  probe_client again{at.world};
  again.send(join_as("ann"));
  again.send(verb::create_transport{});
  run_without(at.world, with_id(transport));
  REQUIRE_FALSE(at.last_refusal(again));
  at.world.run();
  CHECK(at.bob.get<reply::producers>(verb::list_producers{}).list.empty());
}

TEST_CASE(
    "a data producer that is ready after its client began anew is not listed") {
  basic_scene<data_world> at;
  auto sctp = with_id(at.world.sctp.id());
  verb::produce_data produce;
  produce.label = "chat";
  at.ann.send(produce);
  run_without(at.world, sctp);
  at.ann.hang_up(lost);
  run_without(at.world, sctp);
  probe_client again{at.world};
  again.send(join_as("ann"));
  again.send(verb::create_transport{});
  run_without(at.world, sctp);
  REQUIRE_FALSE(at.last_refusal(again));
  at.world.run();
  CHECK(at.bob.get<reply::data_producers>(verb::list_data_producers{})
            .list.empty());
}

TEST_CASE("a pending request of a replaced session is not carried out") {
  scene at;
  at.ann.send(opus_producer());
  auto former = waiting(at.world, "session");
  probe_client again{at.world};
  again.send(join_as("ann"));
  run_without(at.world, with_id(former));
  REQUIRE_FALSE(at.last_refusal(again));
  at.world.run();
  CHECK(at.last_refusal(at.ann) == error_code::not_joined);
  CHECK(at.bob.get<reply::producers>(verb::list_producers{}).list.empty());
}
