#include "actors/load/overload_state_board.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

TEST_CASE("a reading is the delay that nine of ten batches do not exceed") {
  delay_gauges gauges;
  for (int i = 0; i < 90; ++i)
    gauges.of(static_cast<size_t>(i)).note_delay(21ms);
  for (int i = 0; i < 10; ++i)
    gauges.of(0).note_delay(500ms);
  CHECK(gauges.take().delay == 24ms); // in steps of 4 ms
  CHECK(gauges.take().delay == 0ms);
  for (int i = 0; i < 90; ++i)
    gauges.of(0).note_delay(1ms);
  for (int i = 0; i < 11; ++i)
    gauges.of(1).note_delay(61ms);
  CHECK(gauges.take().delay == 64ms);
}

TEST_CASE("a delay beyond the longest step reads as that step") {
  delay_gauges gauges;
  gauges.of(0).note_delay(10s);
  CHECK(gauges.take().delay == 256ms);
}

TEST_CASE(
    "a reading takes the drops once, and always has the limited consumers") {
  delay_gauges gauges;
  gauges.of(2).note_dropped(3);
  gauges.of(delay_gauges::count + 1).note_dropped(2);
  gauges.of(1).note_limited(5);
  gauges.of(2).note_limited(-2);
  auto x = gauges.take();
  CHECK(x.dropped == 5);
  CHECK(x.limited_consumers == 3);
  x = gauges.take();
  CHECK(x.dropped == 0);
  CHECK(x.limited_consumers == 3);
}

TEST_CASE("a delay of less than a step, or less than nothing, is none") {
  delay_gauges gauges;
  gauges.of(0).note_delay(-1ms);
  CHECK(gauges.take().delay == 0ms);
  gauges.of(0).note_delay(3ms);
  CHECK(gauges.take().delay == 0ms);
}

TEST_CASE("concurrent writers and a reader of one gauge lose no counts") {
  delay_gauges gauges;
  constexpr int rounds = 20'000;
  std::vector<std::thread> writers;
  for (int w = 1; w <= 3; ++w)
    writers.emplace_back([&gauges] {
      for (int i = 1; i <= rounds; ++i) {
        gauges.of(7).note_delay(9ms);
        gauges.of(7).note_dropped(1);
      }
    });
  uint64_t dropped = 0;
  for (int i = 0; i < 1'000; ++i)
    dropped += gauges.take().dropped;
  for (auto& x : writers)
    x.join();
  dropped += gauges.take().dropped;
  CHECK(dropped == 3 * rounds);
}

TEST_CASE("gauges of two writers are on different cache lines") {
  delay_gauges gauges;
  auto distance = reinterpret_cast<const char*>(&gauges.of(1))
                  - reinterpret_cast<const char*>(&gauges.of(0));
  CHECK(distance >= 64);
}

TEST_CASE(
    "the board admits newcomers until it is busy and counts the refused") {
  overload_state_board board;
  CHECK(board.admit(newcomer::room));
  for (auto level : overload_levels) {
    board.publish({level, 0});
    CHECK(board.admit(newcomer::consumer) == (level == overload_level::normal));
  }
  CHECK_FALSE(board.admit(newcomer::member));
  CHECK_FALSE(board.admit(newcomer::room));
  auto refused = board.refused();
  CHECK(refused.consumers == overload_levels.size() - 1);
  CHECK(refused.members == 1);
  CHECK(refused.rooms == 1);
  // What is shed for spikes keeps no newcomer out.
  board.publish({overload_level::top_layer_off, 4}, false);
  CHECK(board.state().level == overload_level::top_layer_off);
  CHECK(board.admit(newcomer::member));
  board.publish({});
  CHECK(board.admit(newcomer::member));
  CHECK(board.refused().members == 1);
}
