#include "actors/base/failure_watch.hpp"

#include "tests/actors/support/actor_world.hpp"
#include "tests/actors/support/running_node.hpp"

#include <caf/event_based_actor.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// An actor that throws when it is sent a text.
caf::actor spawn_fragile(caf::actor_system& system) {
  return system.spawn([](caf::event_based_actor* self) {
    self->set_exception_handler(to_error);
    return caf::behavior{[](const std::string& text) {
      throw std::runtime_error{text};
    }};
  });
}

} // namespace

TEST_CASE("an exception that ends a watched actor is reported with its text") {
  actor_world world;
  failure_watch watch;
  auto part = spawn_fragile(*world.system);
  watch.watch(part, "part");
  world.run();
  CHECK_FALSE(watch.failure());
  caf::anon_send(part, std::string{"out of luck"});
  world.run();
  REQUIRE(watch.failure());
  CHECK(*watch.failure() == "part: exception: out of luck");
}

TEST_CASE("a watched actor that ends without an error has failed, too") {
  actor_world world;
  failure_watch watch;
  auto part = spawn_fragile(*world.system);
  watch.watch(part, "part");
  caf::anon_send_exit(part, caf::exit_reason::user_shutdown);
  world.run();
  REQUIRE(watch.failure());
  CHECK(watch.failure()->starts_with("part: "));
  // The first failure causes those that follow.
  watch.note("other", "late");
  CHECK(watch.failure()->starts_with("part: "));
}

TEST_CASE("an actor that ends after the watch was disarmed has not failed") {
  actor_world world;
  failure_watch watch;
  auto part = spawn_fragile(*world.system);
  watch.watch(part, "part");
  watch.disarm();
  caf::anon_send_exit(part, caf::exit_reason::kill);
  world.run();
  CHECK_FALSE(watch.failure());
}

TEST_CASE("a node whose part fails reports it, and can still be stopped") {
  for (auto part :
       {"server", "sctp", "sockets", "load", "http-clients", "io-thread"}) {
    CAPTURE(part);
    running_node node;
    CHECK_FALSE(node.server.failure());
    node.server.break_part(part);
    REQUIRE(eventually([&] { return node.server.failure().has_value(); }));
    CHECK(node.server.failure()->starts_with(part));
    node.server.stop();
  }
}

TEST_CASE("a node that is stopped has not failed") {
  running_node node;
  node.server.stop();
  CHECK_FALSE(node.server.failure());
}
