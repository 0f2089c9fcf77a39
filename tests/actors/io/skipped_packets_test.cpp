#include "actors/io/skipped_packets.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <thread>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

skipped_packet numbered(uint32_t x) {
  return {net::time_point{}, x, 100, {}};
}

} // namespace

TEST_CASE("skipped packets are popped in the order of their push") {
  auto queue = std::make_unique<skipped_packets>();
  CHECK_FALSE(queue->pop());
  // More than once around the ring.
  for (uint32_t i = 0; i < 3 * skipped_packets::capacity; i += 2) {
    REQUIRE(queue->push(numbered(i)));
    REQUIRE(queue->push(numbered(i + 1)));
    for (auto k : {i, i + 1}) {
      const auto x = queue->pop();
      REQUIRE(x);
      CHECK(x->ssrc == k);
    }
    CHECK_FALSE(queue->pop());
  }
}

TEST_CASE("a full queue of skipped packets takes no more until one is popped") {
  auto queue = std::make_unique<skipped_packets>();
  for (uint32_t i = 0; i < skipped_packets::capacity; ++i)
    REQUIRE(queue->push(numbered(i)));
  CHECK_FALSE(queue->push(numbered(1000)));
  CHECK(queue->pop()->ssrc == 0);
  CHECK(queue->push(numbered(1000)));
  CHECK_FALSE(queue->push(numbered(1001)));
}

TEST_CASE("skipped packets of several threads arrive once each") {
  auto queue = std::make_unique<skipped_packets>();
  constexpr uint32_t each = 20'000;
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 2; ++t)
    threads.emplace_back([&queue, t] {
      for (uint32_t i = 0; i < each; ++i)
        while (!queue->push(numbered(t * each + i)))
          std::this_thread::yield();
    });
  std::set<uint32_t> seen;
  while (seen.size() < 2 * each) {
    if (auto x = queue->pop())
      seen.insert(x->ssrc);
    else
      std::this_thread::yield();
  }
  for (auto& x : threads)
    x.join();
  CHECK_FALSE(queue->pop());
}
