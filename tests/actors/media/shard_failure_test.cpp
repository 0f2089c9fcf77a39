#include "tests/actors/support/bare_join.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// A member that records whether it was asked to end.
peer_handle spawn_member(caf::actor_system& system, bool& ended) {
  return system.spawn(
      [&ended](peer_handle::pointer self) -> peer_handle::behavior_type {
        return {[self, &ended](const close_peer&) {
                  ended = true;
                  self->quit();
                },
                [](const dismiss_peer&) {},
                [](const adopt_session&) {},
                [](const mute_peer&) {},
                [](const notify_peer&) {},
                [](const get_peer_stats&) { return protocol::reply::stats{}; },
                [](const explain_consumer&) {
                  return consumer_explanation{};
                }};
      });
}

session_listener_actor spawn_session_listener(caf::actor_system& system) {
  using type = session_listener_actor;
  return system.spawn([](type::pointer) -> type::behavior_type {
    return {[](const session_event&) {}, [](const room_events&) {},
            [](const session_ended&) {}, [](const knock_ended&) {},
            [](const peer_resumed&) {
            }};
  });
}

shard_actor join(actor_world& world, const std::string& name, bool& ended) {
  return join_bare(world, name, spawn_member(*world.system, ended),
                   spawn_session_listener(*world.system))
      .shard;
}

} // namespace

TEST_CASE("32 members share a shard, and its failure ends only those") {
  actor_world world;
  std::array<bool, 33> ended{};
  std::vector<shard_actor> shards;
  for (size_t i = 0; i < ended.size(); ++i)
    shards.push_back(join(world, std::to_string(i), ended[i]));
  CHECK(shards.front() == shards[31]);
  CHECK(shards.front() != shards[32]);
  caf::anon_send_exit(shards.front(), caf::exit_reason::unhandled_exception);
  world.run();
  for (size_t i = 0; i < 32; ++i)
    CHECK(ended[i]);
  CHECK_FALSE(ended[32]);
  // New members are not assigned to a failed shard.
  bool late = false;
  CHECK(join(world, "late", late) == shards[32]);
  shards.clear();
  caf::anon_send_exit(world.server, caf::exit_reason::user_shutdown);
  world.run();
}

TEST_CASE("a shard that begins after its room has ended ends as well") {
  actor_world world;
  auto gone = [&] {
    auto room = spawn_session_listener(*world.system);
    world.run();
    return room.address();
  }();
  auto shard = spawn_shard(*world.system, {&world.sockets->port(), world.load},
                           std::make_shared<speech_ranking>(), gone);
  caf::scoped_actor self{*world.system};
  self->monitor(shard);
  world.run();
  bool ended = false;
  self->receive([&](const caf::down_msg&) { ended = true; },
                caf::after(std::chrono::seconds{0}) >> [] {});
  CHECK(ended);
}
