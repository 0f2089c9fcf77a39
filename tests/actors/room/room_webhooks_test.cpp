// What a room tells the receivers of webhooks.
#include "tests/actors/support/probe_client.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using actors::webhook_event;

namespace {

using lines = std::vector<std::string>;

/// A server with one receiver of webhooks.
struct scene {
  explicit scene(const actors::config& settings = {}) : world(settings) {
    receiver =
        world.system->spawn([this](actors::webhook_actor::pointer) -> behavior {
          return {[this](const actors::webhook_happened& x) {
                    events.push_back(*x.what);
                  },
                  [](const actors::finish_webhooks&) {},
                  [](const actors::webhook_answered&) {},
                  [](const actors::webhook_tick&) {
                  }};
        });
    caf::anon_send_exit(world.server, caf::exit_reason::user_shutdown);
    auto outlet = std::make_shared<actors::webhook_outlet>();
    outlet->receivers.push_back(receiver);
    world.server = actors::spawn_server(*world.system,
                                        {world.settings.room,
                                         {&world.sockets->port(), world.load},
                                         {},
                                         world.settings.overload.max_waiting,
                                         {},
                                         outlet});
    world.run();
  }

  ~scene() {
    caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
    world.run();
  }

  // What was told since the last call, as "kind room member why".
  lines told() {
    lines out;
    for (const auto& x : std::exchange(events, {})) {
      std::string text{to_string(x.kind)};
      if (x.participant)
        text += " " + x.participant->identity.str();
      if (x.participant && x.participant->left)
        text += " " + std::string{to_string(*x.participant->left)};
      out.push_back(text);
    }
    return out;
  }

  using behavior = actors::webhook_actor::behavior_type;

  actor_world world;
  actors::webhook_actor receiver;
  std::vector<webhook_event> events;
};

} // namespace

TEST_CASE("receivers are told of a room, its members and their tracks") {
  scene x;
  {
    fake_client ann{x.world, "r", "ann"};
    x.world.run();
    CHECK(x.told() == lines{"room_started", "participant_joined ann"});
    ann.create_transport("send");
    const auto producer = ann.produce(audio_track(1));
    x.world.run();
    REQUIRE(x.events.size() == 1);
    CHECK(x.events[0].track->sid.str() == producer);
    CHECK(x.events[0].room.name == "r");
    CHECK(x.told() == lines{"track_published ann"});
    {
      fake_client bob{x.world, "r", "bob"};
      x.world.run();
      CHECK(x.told() == lines{"participant_joined bob"});
    }
    CHECK(x.told() == lines{"participant_left bob left"});
  }
  CHECK(x.told()
        == lines{"track_unpublished ann", "participant_left ann left",
                 "room_finished"});
}

TEST_CASE("a producer that is closed is told of once, and before its member") {
  scene x;
  {
    fake_client ann{x.world, "r", "ann"};
    ann.create_transport("send");
    const auto producer = ann.produce(audio_track(1));
    x.told();
    ann.request("close-producer", R"({"producerId":")" + producer + "\"}");
    CHECK(x.told() == lines{"track_unpublished ann"});
  }
  CHECK(x.told() == lines{"participant_left ann left", "room_finished"});
}

TEST_CASE("a room that is opened and that nobody joins is not told of") {
  scene x;
  probe_client ann{x.world};
  ann.get<reply::ok>(verb::create_room{protocol::room_id{"r"}});
  CHECK(x.told().empty());
  ann.get<reply::joined>(join_as("ann"));
  CHECK(x.told() == lines{"room_started", "participant_joined ann"});
}

TEST_CASE("a hidden member is told of once it is shown") {
  scene x;
  {
    probe_client ann{x.world};
    ann.get<reply::joined>(join_as("ann", {.hidden = true}));
  }
  CHECK(x.told().empty());
}

TEST_CASE("a member that returns in time has neither left nor joined") {
  scene x;
  probe_client ann{x.world};
  const auto joined = ann.get<reply::joined>(join_as("ann"));
  x.told();
  ann.hang_up(true);
  x.world.pass(1s);
  CHECK(x.told().empty());
  probe_client again{x.world};
  again.get<reply::joined>(
      join_as("ann", {.rejoin_secret = joined.rejoin_secret}));
  CHECK(x.told().empty());
  again.hang_up(true);
  x.world.pass(11s);
  CHECK(x.told()
        == lines{"participant_left ann connection-lost", "room_finished"});
}

TEST_CASE("a room that is ended, and one whose server stops, say why") {
  scene x;
  probe_client ann{x.world};
  probe_client bob{x.world};
  ann.get<reply::joined>(join_as("ann"));
  bob.get<reply::joined>(join_as("bob", "s"));
  x.told();
  ann.get<reply::ok>(verb::end_room{});
  CHECK(x.told() == lines{"participant_left ann room-ended", "room_finished"});
  caf::anon_send_exit(x.world.server, caf::exit_reason::user_shutdown);
  x.world.run();
  CHECK(x.told()
        == lines{"participant_left bob server-stops", "room_finished"});
}
