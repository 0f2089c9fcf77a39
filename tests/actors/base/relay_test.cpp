#include "actors/base/relay.hpp"

#include "tests/actors/support/actor_world.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// Answers with the number as a text, and to 0 with an error.
using source_actor =
    caf::typed_actor<caf::replies_to<uint32_t>::with<std::string>>;

/// Answers with the length of the source's text.
using length_actor =
    caf::typed_actor<caf::replies_to<uint32_t>::with<uint64_t>>;

source_actor spawn_source(caf::actor_system& system) {
  return system.spawn([](source_actor::pointer) -> source_actor::behavior_type {
    return {[](uint32_t x) -> caf::result<std::string> {
      if (x == 0)
        return caf::make_error(caf::sec::bad_function_call);
      return std::to_string(x);
    }};
  });
}

source_actor spawn_relay(caf::actor_system& system, source_actor source) {
  return system.spawn(
      [source](source_actor::pointer self) -> source_actor::behavior_type {
        return {[self, source](uint32_t x) -> caf::result<std::string> {
          auto promise = self->make_response_promise<std::string>();
          relay(self->request(source, std::chrono::seconds{1}, x), promise);
          return promise;
        }};
      });
}

length_actor spawn_length(caf::actor_system& system, source_actor source) {
  return system.spawn(
      [source](length_actor::pointer self) -> length_actor::behavior_type {
        return {[self, source](uint32_t x) -> caf::result<uint64_t> {
          auto promise = self->make_response_promise<uint64_t>();
          relay(self->request(source, std::chrono::seconds{1}, x), promise,
                [](const std::string& text) { return uint64_t{text.size()}; });
          return promise;
        }};
      });
}

std::string text_of(const std::string& x) {
  return x;
}

std::string text_of(uint64_t x) {
  return std::to_string(x);
}

/// The response to a request, or the error's text.
template <class Response, class Actor>
std::string ask(actor_world& world, const Actor& whom, uint32_t x) {
  caf::scoped_actor self{*world.system};
  auto response = self->request(whom, caf::infinite, x);
  world.run();
  std::string out;
  response.receive(
      [&](const Response& got) { out = text_of(got); },
      [&](const caf::error& why) { out = world.system->render(why); });
  return out;
}

template <class Actor>
void end(actor_world& world, const Actor& which) {
  caf::anon_send_exit(which, caf::exit_reason::user_shutdown);
  world.run();
}

} // namespace

TEST_CASE("a relayed response reaches the first sender") {
  actor_world world;
  auto source = spawn_source(*world.system);
  auto front = spawn_relay(*world.system, source);
  CHECK(ask<std::string>(world, front, 12) == "12");
  CHECK(ask<std::string>(world, front, 0).find("bad_function_call")
        != std::string::npos);
  end(world, front);
  end(world, source);
}

TEST_CASE("a relayed response is converted, and its error is not") {
  actor_world world;
  auto source = spawn_source(*world.system);
  auto length = spawn_length(*world.system, source);
  CHECK(ask<uint64_t>(world, length, 1234) == "4");
  CHECK(ask<uint64_t>(world, length, 0).find("bad_function_call")
        != std::string::npos);
  end(world, length);
  end(world, source);
}
