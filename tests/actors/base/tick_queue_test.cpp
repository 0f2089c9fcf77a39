#include "actors/base/tick_queue.hpp"

#include "tests/actors/support/actor_world.hpp"

#include <caf/event_based_actor.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using std::chrono::milliseconds;

TEST_CASE("ticks come in the order of their times, and not early") {
  tick_queue queue;
  net::time_point start{std::chrono::hours{1}};
  for (int at : {30, 10, 20})
    queue.add({start + milliseconds{at}, {}, caf::make_message(at)});
  CHECK_FALSE(queue.take(start + milliseconds{9}));
  std::vector<int> out;
  while (auto x = queue.take(start + milliseconds{20}))
    out.push_back(x->what.get_as<int>(0));
  CHECK(out == std::vector{10, 20});
  CHECK(queue.take(start + milliseconds{30}));
  queue.add({start, {}, caf::make_message(1)});
  queue.clear();
  CHECK_FALSE(queue.take(start + milliseconds{30}));
}

TEST_CASE("prompt ticks are known and taken without the others") {
  tick_queue queue;
  net::time_point start{std::chrono::hours{1}};
  CHECK(queue.next_prompt() == net::time_point::max());
  queue.add({start, {}, caf::make_message(1)});
  CHECK(queue.next_prompt() == net::time_point::max());
  queue.add_prompt({start + milliseconds{9}, {}, caf::make_message(2)});
  queue.add_prompt({start + milliseconds{4}, {}, caf::make_message(3)});
  CHECK(queue.next_prompt() == start + milliseconds{4});
  CHECK_FALSE(queue.take_prompt(start + milliseconds{3}));
  auto x = queue.take_prompt(start + milliseconds{4});
  REQUIRE(x);
  CHECK(x->what.get_as<int>(0) == 3);
  CHECK(queue.next_prompt() == start + milliseconds{9});
  // The regular step takes all.
  std::vector<int> out;
  while (auto y = queue.take(start + milliseconds{20}))
    out.push_back(y->what.get_as<int>(0));
  CHECK(out == std::vector{2, 1});
  CHECK(queue.next_prompt() == net::time_point::max());
  queue.add_prompt({start, {}, caf::make_message(4)});
  queue.clear();
  CHECK(queue.next_prompt() == net::time_point::max());
}

TEST_CASE("a tick keeps no actor alive") {
  actor_world world;
  tick_queue queue;
  auto before = world.live();
  {
    auto actor = world.system->spawn([](caf::event_based_actor* self) {
      return caf::behavior{[self](int) {
        self->quit();
      }};
    });
    queue.add({{},
               caf::actor_cast<caf::weak_actor_ptr>(actor),
               caf::make_message(1)});
    world.run();
    CHECK(world.live() == before + 1);
  }
  world.run();
  CHECK(world.live() == before);
  auto x = queue.take(net::time_point{});
  REQUIRE(x);
  CHECK_FALSE(x->to.lock());
}
