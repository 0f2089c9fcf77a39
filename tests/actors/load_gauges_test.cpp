#include "actors/load_board.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

TEST_CASE("a gauge keeps the worst delay until it is read") {
  load_gauges gauges;
  gauges.of(0).note_delay(3ms);
  gauges.of(0).note_delay(7ms);
  gauges.of(0).note_delay(5ms);
  CHECK(gauges.take().worst_delay == 7ms);
  CHECK(gauges.take().worst_delay == 0ms);
}

TEST_CASE("a reading has the worst delay of all writers and all they dropped") {
  load_gauges gauges;
  gauges.of(1).note_delay(4ms);
  gauges.of(2).note_delay(9ms);
  gauges.of(2).note_dropped(3);
  gauges.of(load_gauges::count + 1).note_dropped(2); // shares with 1
  auto x = gauges.take();
  CHECK(x.worst_delay == 9ms);
  CHECK(x.dropped == 5);
  CHECK(gauges.take().dropped == 0);
}

TEST_CASE("a delay of nothing, or less, is none") {
  load_gauges gauges;
  gauges.of(0).note_delay(-1ms);
  CHECK(gauges.take().worst_delay == 0ms);
}

TEST_CASE("writers on one gauge lose nothing to each other or to the reader") {
  load_gauges gauges;
  constexpr int rounds = 20'000;
  std::vector<std::thread> writers;
  for (int w = 1; w <= 3; ++w)
    writers.emplace_back([&gauges, w] {
      for (int i = 1; i <= rounds; ++i) {
        gauges.of(7).note_delay(std::chrono::microseconds{w * i});
        gauges.of(7).note_dropped(1);
      }
    });
  load_reading sum;
  auto read = [&] {
    auto x = gauges.take();
    sum.worst_delay = std::max(sum.worst_delay, x.worst_delay);
    sum.dropped += x.dropped;
  };
  for (int i = 0; i < 1'000; ++i)
    read();
  for (auto& x : writers)
    x.join();
  read();
  CHECK(sum.dropped == 3 * rounds);
  CHECK(sum.worst_delay == std::chrono::microseconds{3 * rounds});
}

TEST_CASE("gauges of two writers stand on different cache lines") {
  load_gauges gauges;
  auto distance = reinterpret_cast<const char*>(&gauges.of(1))
                  - reinterpret_cast<const char*>(&gauges.of(0));
  CHECK(distance >= 64);
}

TEST_CASE("the board admits until it is busy and counts whom it refuses") {
  load_board board;
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
  board.publish({});
  CHECK(board.admit(newcomer::member));
  CHECK(board.refused().members == 1);
}
