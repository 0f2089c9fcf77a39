#include "actors/stats/counters.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

struct pair {
  uint64_t a = 0;
  uint64_t b = 0;
};

} // namespace

TEST_CASE("a board sums what its writers publish, each increment once") {
  striped_counters<pair> board;
  pair first;
  pair second;
  board.publish(1, {3, 5}, first);
  board.publish(2, {10, 0}, second);
  board.publish(1, {4, 5}, first);
  board.publish(1, {4, 5}, first);
  auto sum = board.sum();
  CHECK(sum.a == 14);
  CHECK(sum.b == 5);
}

TEST_CASE("a counter that restarts at a lower value subtracts nothing") {
  striped_counters<pair> board;
  pair published;
  board.publish(0, {100, 1}, published);
  board.publish(0, {3, 1}, published);
  CHECK(board.sum().a == 103);
}

TEST_CASE("concurrent writers on one board lose no increments") {
  striped_counters<pair> board;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 4; ++i)
    threads.emplace_back([&board] {
      pair published;
      for (uint64_t n = 1; n <= 10'000; ++n)
        board.publish(7, {n, 2 * n}, published); // all on one stripe
    });
  for (auto& x : threads)
    x.join();
  CHECK(board.sum().a == 40'000);
  CHECK(board.sum().b == 80'000);
}

TEST_CASE("a peak covers the last window and the present one") {
  peak_gauge gauge;
  auto at = net::time_point{1h};
  gauge.note(5);
  gauge.note(3);
  CHECK(gauge.read(at) == 5);
  CHECK(gauge.read(at + 9s) == 5);
  gauge.note(4);
  CHECK(gauge.read(at + 11s) == 4); // 5 belongs to the window before the last
  CHECK(gauge.read(at + 20s) == 4);
  CHECK(gauge.read(at + 21s) == 0);
}

TEST_CASE("the statistics of engines are added up") {
  rtp::receiver_stats in;
  in.streams.resize(2);
  in.streams[0].packets = 3;
  in.streams[1].packets = 4;
  in.streams[1].plis_sent = 2;
  in.streams[1].firs_sent = 1;
  in.streams[0].drops.add(rtp::drop_reason::duplicate, 6);
  in.drops.add(rtp::drop_reason::duplicate);
  in.drops.add(rtp::drop_reason::unknown_encoding);
  receiver_totals out;
  out.add(in);
  CHECK(out.packets == 7);
  CHECK(out.keyframe_requests == 3);
  CHECK(out.drops[static_cast<size_t>(rtp::drop_reason::duplicate)] == 7);
  CHECK(out.drops[static_cast<size_t>(rtp::drop_reason::unknown_encoding)]
        == 1);
}
