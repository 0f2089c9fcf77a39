// What the log tells an operator about the members of a room.
#include "tests/actors/support/log_capture.hpp"
#include "tests/actors/support/probe_client.hpp"

#include <functional>

using namespace troupe;
using namespace troupe::test;
namespace verb = troupe::protocol::verb;
namespace reply = troupe::protocol::reply;
using protocol::peer_id;
using protocol::room_id;

namespace {

/// The lines that the log has at level info while `run` runs in a world.
std::string logged(const std::function<void(actor_world&)>& run,
                   const actors::config& settings = {}) {
  actor_world world{settings};
  captured_output output;
  set_log_level("info");
  run(world);
  set_log_level("off");
  return output.release();
}

size_t count(const std::string& text, std::string_view what) {
  size_t out = 0;
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1))
    ++out;
  return out;
}

bool has(const std::string& text, std::string_view line) {
  return text.find(line) != std::string::npos;
}

// The request of the admin API for room r.
template <class Verb>
void administer(actor_world& world, Verb what) {
  caf::scoped_actor self{*world.system};
  auto found = self->request(world.server, caf::infinite,
                             actors::find_room{room_id{"r"}});
  world.run();
  actors::room_actor room;
  found.receive([&](const actors::room_found& x) { room = x.room; },
                [](const caf::error&) {});
  auto done = self->request(room, caf::infinite,
                            actors::administer_room{std::move(what)});
  world.run();
  done.receive([](const actors::done&) {}, [](const caf::error&) {});
}

} // namespace

TEST_CASE("the log has one line for each join and one for each leave") {
  const auto text = logged([](actor_world& world) {
    probe_client ann{world};
    probe_client bob{world};
    auto join = join_as("ann");
    join.name = "Ann B.";
    ann.get<reply::joined>(join);
    bob.get<reply::joined>(join_as("bob"));
    world.pass(std::chrono::seconds{2});
    bob.get<reply::ok>(verb::leave{});
    ann.hang_up();
    world.run();
  });
  CAPTURE(text);
  CHECK(count(text, "\n") == 6); // and one each for the room's begin and end
  CHECK(has(text, R"(info peer-joined room=r peer=ann name="Ann B." )"
                  R"(dialect=probe carrier=websocket agent="" members=1)"));
  CHECK(has(text, "info peer-joined room=r peer=bob name=bob"));
  CHECK(has(text, "info peer-left room=r peer=bob name=bob why=left "
                  "seconds=2 members=1"));
  CHECK(has(text, R"(info peer-left room=r peer=ann name="Ann B." why=left )"
                  "seconds=2 members=0"));
}

TEST_CASE("a hidden member is in the log from when it is shown") {
  const auto text = logged([](actor_world& world) {
    probe_client ann{world};
    probe_client bob{world};
    ann.get<reply::joined>(join_as("ann", {.hidden = true}));
    bob.get<reply::joined>(join_as("bob", {.hidden = true}));
    ann.get<reply::joined>(verb::announce{"Ann", {}, {}});
    ann.hang_up();
    bob.hang_up();
    world.run();
  });
  CAPTURE(text);
  CHECK(count(text, "peer-joined") == 1);
  CHECK(has(text, "peer-joined room=r peer=ann name=Ann"));
  CHECK(count(text, "peer-left") == 1);
}

TEST_CASE("the log says who knocked and who let them in") {
  const auto text = logged([](actor_world& world) {
    probe_client ann{world};
    probe_client bob{world};
    probe_client eve{world};
    ann.get<reply::joined>(join_as("ann"));
    ann.get<reply::ok>(verb::set_lobby{});
    bob.send(join_as("bob"));
    world.run();
    ann.get<reply::ok>(verb::let_in{});
    eve.send(join_as("eve"));
    world.run();
    ann.get<reply::ok>(verb::turn_away{});
    administer(world, verb::set_lobby{false});
  });
  CAPTURE(text);
  for (const auto* line :
       {"info lobby-on room=r by-peer=ann",
        "info knock room=r peer=bob name=bob",
        "info let-in room=r peer=bob name=bob by-peer=ann",
        "info turned-away room=r peer=eve name=eve by-peer=ann",
        "info lobby-off room=r by=admin-api"})
    CHECK_MESSAGE(has(text, line), line);
}

TEST_CASE("the log says who did what to whom") {
  const auto text = logged([](actor_world& world) {
    probe_client ann{world};
    probe_client bob{world};
    probe_client eve{world};
    // The name of the API does not make a member the operator.
    ann.get<reply::joined>(join_as("admin-api"));
    bob.get<reply::joined>(join_as("bob"));
    eve.get<reply::joined>(join_as("eve"));
    ann.get<reply::ok>(verb::mute{peer_id{"bob"}, protocol::media_kind::audio});
    ann.get<reply::ok>(verb::kick{peer_id{"bob"}});
    ann.get<reply::ok>(verb::lock_room{true});
    administer(world, verb::lock_room{false});
    administer(world, verb::kick{peer_id{"eve"}});
    ann.get<reply::ok>(verb::end_room{});
  });
  CAPTURE(text);
  for (const auto* line :
       {"info peer-muted room=r peer=bob kind=audio by-peer=admin-api",
        "info peer-kicked room=r peer=bob by-peer=admin-api",
        "peer-left room=r peer=bob name=bob why=kicked by-peer=admin-api",
        "info room-locked room=r by-peer=admin-api",
        "info room-unlocked room=r by=admin-api",
        "info peer-kicked room=r peer=eve by=admin-api",
        "peer-left room=r peer=eve name=eve why=kicked by=admin-api",
        "info room-ended room=r by-peer=admin-api",
        "peer-left room=r peer=admin-api name=admin-api why=room-ended "
        "by-peer=admin-api"})
    CHECK_MESSAGE(has(text, line), line);
  CHECK(count(text, "peer-left") == 3);
}

TEST_CASE("the log says that a connection was lost, or came back") {
  actors::config settings;
  settings.room.reconnect_grace = std::chrono::seconds{10};
  const auto text = logged(
      [](actor_world& world) {
        probe_client ann{world};
        probe_client again{world};
        ann.get<reply::joined>(join_as("ann"));
        ann.hang_up(true);
        world.run();
        again.get<reply::joined>(join_as("ann"));
        again.hang_up(true);
        world.pass(std::chrono::seconds{11});
      },
      settings);
  CAPTURE(text);
  CHECK(count(text, "peer-joined") == 1);
  CHECK(count(text, "peer-lost room=r peer=ann kept-seconds=10") == 2);
  CHECK(has(text, "peer-returned room=r peer=ann dialect=probe "
                  "carrier=websocket agent=\"\" after=loss"));
  CHECK(count(text, "peer-left") == 1);
  CHECK(has(text, "why=connection-lost"));
}

TEST_CASE("the log says where else a member has gone") {
  const auto text = logged([](actor_world& world) {
    probe_client ann{world};
    ann.get<reply::joined>(join_as("ann"));
    auto move = join_as("ann", "other");
    move.moves = true;
    ann.get<reply::joined>(move);
  });
  CAPTURE(text);
  CHECK(has(text, "peer-left room=r peer=ann name=ann why=moved"));
  CHECK(has(text, "peer-joined room=other peer=ann"));
}

TEST_CASE("the log says why a join was refused") {
  const auto text = logged([](actor_world& world) {
    probe_client ann{world};
    probe_client bob{world};
    ann.get<reply::joined>(join_as("ann"));
    ann.get<reply::ok>(verb::lock_room{true});
    CHECK(bob.refusal(join_as("bob")) == protocol::error_code::forbidden);
  });
  CAPTURE(text);
  CHECK(has(text, R"(info join-refused room=r peer=bob )"
                  R"(why="The room is locked")"));
}

TEST_CASE("a name in the log is one value, whatever a client chooses") {
  const auto text = logged([](actor_world& world) {
    probe_client ann{world};
    auto join = join_as("ann", "r\n2026-01-01T00:00:00.000Z info stopped");
    join.name = "x why=kicked\x1B[2J";
    ann.get<reply::joined>(join);
  });
  CAPTURE(text);
  CHECK(count(text, "\n") == 4); // opened, joined, left, closed
  CHECK_FALSE(has(text, "\x1B"));
  CHECK(has(text, R"(name="x why=kicked\u001B[2J")"));
}
