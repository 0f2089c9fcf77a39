#include "tests/actors/support/probe_client.hpp"

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
namespace event = troupe::protocol::event;
using protocol::end_reason;
using protocol::error_code;
using protocol::peer_id;

namespace {

constexpr bool lost = true;

/// Bob, and a guest with a transport and an id that the server chose.
struct lobby {
  explicit lobby(actors::config settings = {}) : world(std::move(settings)) {
    bob.get<reply::joined>(join_as("bob"));
    auto join = join_as("x7", {.id = id_origin::server});
    guest.get<reply::joined>(join);
    transport =
        guest.get<reply::transport_created>(verb::create_transport{}).id;
    world.run();
    bob.script->events.clear();
  }

  static verb::join as(const std::string& who) {
    return join_as(who, {.renames = true});
  }

  // The members as Bob has them.
  std::vector<std::string> people() {
    probe_client eye{world};
    auto join = join_as("eye");
    std::vector<std::string> out;
    for (const auto& x : eye.get<reply::joined>(join).participants)
      if (x.id.str() != "eye")
        out.push_back(x.id.str());
    return out;
  }

  actor_world world;
  probe_client bob{world};
  probe_client guest{world};
  protocol::transport_id transport;
};

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a client that identifies itself late continues as that user") {
  lobby at;
  auto joined = at.guest.get<reply::joined>(lobby::as("ann"));
  CHECK(joined.peer == peer_id{"ann"});
  CHECK(joined.participants.size() == 2);
  CHECK(at.bob.event<event::peer_left>()->peer == peer_id{"x7"});
  auto came = at.bob.event<event::peer_joined>();
  REQUIRE(came);
  CHECK(came->peer.id == peer_id{"ann"});
  CHECK(came->peer.name == "ann");
  CHECK_FALSE(at.guest.event<event::peer_left>());
  CHECK(at.people() == names{"bob", "ann"});
  // It keeps its transport, and its producers carry its new id.
  auto produce = opus_producer();
  produce.transport = at.transport;
  at.guest.get<reply::produced>(produce);
  at.world.run();
  auto added = at.bob.event<event::producer_added>();
  REQUIRE(added);
  CHECK(added->producer.peer == peer_id{"ann"});
  at.bob.script->events.clear();
  // It still gets the events of others.
  at.guest.script->events.clear();
  at.bob.get<reply::ok>(verb::set_display_name{"Robert"});
  at.world.run();
  CHECK(at.guest.event<event::peer_updated>()->peer.name == "Robert");
  at.guest.get<reply::ok>(verb::leave{});
  at.world.run();
  CHECK(at.bob.event<event::peer_left>()->peer == peer_id{"ann"});
  CHECK(at.people() == names{"bob"});
}

TEST_CASE(
    "a client that identifies itself late takes over its user's session") {
  lobby at;
  probe_client before{at.world};
  before.get<reply::joined>(join_as("ann"));
  before.get<reply::transport_created>(verb::create_transport{});
  before.get<reply::produced>(opus_producer());
  SUBCASE("its connection is lost") {
    before.hang_up(lost);
    at.world.run();
    CHECK(at.people() == names{"bob", "x7", "ann"});
    at.guest.get<reply::joined>(lobby::as("ann"));
  }
  SUBCASE("its connection is still open") {
    at.guest.get<reply::joined>(lobby::as("ann"));
    at.world.run();
    CHECK(before.script->ended == end_reason::replaced);
  }
  CHECK(at.people() == names{"bob", "ann"});
  at.world.pass(std::chrono::minutes{1});
  CHECK(at.people() == names{"bob", "ann"});
  CHECK(at.bob.get<reply::producers>(verb::list_producers{}).list.empty());
}

TEST_CASE("a user that has identified itself late can return") {
  lobby at;
  at.guest.get<reply::joined>(lobby::as("ann"));
  at.guest.hang_up(lost);
  at.world.run();
  CHECK(at.people() == names{"bob", "ann"});
  probe_client again{at.world};
  again.get<reply::joined>(join_as("ann"));
  CHECK(at.people() == names{"bob", "ann"});
  // Its transport still exists.
  CHECK_FALSE(again.refusal(verb::restart_ice{at.transport}));
}

TEST_CASE("no client can take over an id that the server gave to another") {
  lobby at;
  probe_client other{at.world};
  auto join = join_as("y8", {.id = id_origin::server});
  other.get<reply::joined>(join);
  CHECK(at.guest.refusal(lobby::as("y8")) == error_code::forbidden);
  CHECK(at.people() == names{"bob", "x7", "y8"});
  // It keeps its own id and can still identify itself as another user.
  CHECK(at.guest.get<reply::joined>(lobby::as("ann")).peer == peer_id{"ann"});
}

TEST_CASE("a client that has a producer keeps the id that others know") {
  lobby at;
  at.guest.get<reply::produced>(opus_producer());
  at.world.run();
  at.bob.script->events.clear();
  auto joined = at.guest.get<reply::joined>(lobby::as("ann"));
  CHECK(joined.peer == peer_id{"x7"});
  CHECK_FALSE(at.bob.event<event::peer_left>());
  CHECK(at.people() == names{"bob", "x7"});
}

TEST_CASE("the host stays host under the id that it names late") {
  actor_world world;
  probe_client guest{world};
  auto join = join_as("x7", {.id = id_origin::server});
  guest.get<reply::joined>(join);
  probe_client bob{world};
  bob.get<reply::joined>(join_as("bob"));
  guest.get<reply::joined>(lobby::as("ann"));
  CHECK(bob.refusal(verb::lock_room{}) == error_code::forbidden);
  CHECK_FALSE(guest.refusal(verb::lock_room{}));
}
