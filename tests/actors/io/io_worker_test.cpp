#include "actors/io/io_worker.hpp"

#include "actors/stats/counters.hpp"
#include "tests/actors/support/actor_world.hpp"

#include <caf/event_based_actor.hpp>

#include <atomic>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// An actor that adds up the numbers it is sent; `media` allows it on I/O
/// threads. Each message takes `slow`.
caf::actor spawn_counter(actor_world& world, bool media, int& sum,
                         std::chrono::microseconds slow = 0us) {
  auto out = world.system->spawn([=, &sum](caf::event_based_actor* self) {
    if (media)
      allow_on_io_threads(self);
    return caf::behavior{[=, &sum](int x) {
      sum += x;
      for (auto end = std::chrono::steady_clock::now() + slow;
           std::chrono::steady_clock::now() < end;)
        continue;
    }};
  });
  world.run();
  return out;
}

/// Sends as an arriving packet does: on the worker, which the actor wakes.
void hand(const caf::actor& to, int x, io_worker& worker) {
  caf::actor_cast<caf::abstract_actor*>(to)->enqueue(
      nullptr, caf::make_message_id(), caf::make_message(x), &worker);
}

/// Ends the actors together with the test.
struct stage {
  ~stage() {
    for (const auto& x : all)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    world.run();
  }

  caf::actor add(bool media, int& sum, std::chrono::microseconds slow = 0us) {
    return all.emplace_back(spawn_counter(world, media, sum, slow));
  }

  actor_world world;
  io_worker worker{*world.system};
  std::vector<caf::actor> all;
};

} // namespace

TEST_CASE("an I/O thread runs the media actors that it wakes") {
  int sum = 0;
  stage at;
  auto media = at.add(true, sum);
  for (int i = 0; i < 200; ++i)
    hand(media, 1, at.worker);
  at.worker.run(1h);
  CHECK(sum == 200);
  CHECK(at.world.run() == 0); // no job was left to the scheduler
}

TEST_CASE("an I/O thread leaves every other actor to the scheduler") {
  int sum = 0;
  stage at;
  auto control = at.add(false, sum);
  hand(control, 1, at.worker);
  at.worker.run(1h);
  CHECK(sum == 0);
  CHECK(at.world.run() > 0);
  CHECK(sum == 1);
}

TEST_CASE("an actor that a media actor wakes does not run on the I/O thread") {
  int sum = 0;
  stage at;
  auto control = at.add(false, sum);
  auto media = at.all.emplace_back(
      at.world.system->spawn([control](caf::event_based_actor* self) {
        allow_on_io_threads(self);
        return caf::behavior{[=](int x) {
          self->send(control, x);
        }};
      }));
  at.world.run();
  hand(media, 1, at.worker);
  at.worker.run(1h);
  CHECK(sum == 0);
  at.world.run();
  CHECK(sum == 1);
}

TEST_CASE("an I/O thread checks the time after each message") {
  int sum = 0;
  stage at;
  auto media = at.add(true, sum, 2ms);
  for (int i = 0; i < 10; ++i)
    hand(media, 1, at.worker);
  at.worker.run(1ms);
  CHECK(sum == 1);
  at.world.run(); // the scheduler does the rest
  CHECK(sum == 10);
}

TEST_CASE("the actors that an I/O thread leaves to the scheduler are counted") {
  int sum = 0;
  std::atomic<uint64_t> handed_over{0};
  actor_world world;
  io_worker worker{*world.system, nullptr, &handed_over};
  auto busy = spawn_counter(world, true, sum, 2ms);
  auto waiting = spawn_counter(world, true, sum);
  auto control = spawn_counter(world, false, sum);
  hand(busy, 1, worker);
  worker.run(1h);
  CHECK(handed_over == 0);
  hand(busy, 1, worker);
  hand(waiting, 1, worker);
  worker.run(1ms);
  CHECK(handed_over == 1);
  hand(control, 1, worker);
  CHECK(handed_over == 2);
  world.run();
  CHECK(sum == 4);
  for (const auto& x : {busy, waiting, control})
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  world.run();
}

TEST_CASE("the longest run of an I/O thread is recorded") {
  int sum = 0;
  peak_gauge longest;
  actor_world world;
  io_worker worker{*world.system, &longest};
  auto media = spawn_counter(world, true, sum, 2ms);
  worker.run();
  CHECK(longest.read({}) == 0);
  hand(media, 1, worker);
  worker.run();
  CHECK(longest.read({}) >= 2000);
  caf::anon_send_exit(media, caf::exit_reason::user_shutdown);
  world.run();
}
