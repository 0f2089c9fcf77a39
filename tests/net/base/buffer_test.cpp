#include "net/base/buffer.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace troupe::net;

TEST_CASE("a buffer returns to its pool with its last owner") {
  auto pool = buffer_pool::make();
  auto first = pool->take();
  const auto* storage = first->storage().data();
  auto second = first;
  first = {};
  second->storage()[0] = 7;
  CHECK(second->storage()[0] == 7);
  second = {};
  auto again = pool->take();
  CHECK(again->storage().data() == storage);
  CHECK(again->size() == 0);
  CHECK(pool->size() == 1);
}

TEST_CASE("a warm pool makes no new buffers") {
  auto pool = buffer_pool::make();
  for (int round = 0; round < 3; ++round) {
    std::vector<buffer_ptr> burst;
    for (int i = 0; i < 64; ++i)
      burst.push_back(pool->take());
    CHECK(pool->size() == 64);
  }
}

TEST_CASE("a pool keeps at most max_idle idle buffers") {
  auto pool = buffer_pool::make(8);
  std::vector<buffer_ptr> burst;
  for (int i = 0; i < 64; ++i)
    burst.push_back(pool->take());
  burst.clear();
  CHECK(pool->size() == 8);
}

TEST_CASE("a buffer outlives the owner of its pool") {
  auto pool = buffer_pool::make();
  auto x = pool->take();
  x->resize(3);
  pool.reset();
  CHECK(x->size() == 3);
}

TEST_CASE("other threads return buffers while the owner takes them") {
  auto pool = buffer_pool::make();
  for (int round = 0; round < 50; ++round) {
    std::vector<buffer_ptr> burst;
    for (int i = 0; i < 64; ++i)
      burst.push_back(pool->take());
    auto copies = burst;
    std::thread one{[&] {
      burst.clear();
    }};
    std::thread two{[&] {
      copies.clear();
    }};
    auto meanwhile = pool->take();
    one.join();
    two.join();
    CHECK(meanwhile->size() == 0);
  }
  CHECK(pool->size() <= 65 + 64);
}

TEST_CASE("a pool may give its buffers a smaller capacity") {
  auto pool = buffer_pool::make(8, 100);
  auto x = pool->take();
  CHECK(x->storage().size() == 100);
  x->resize(100);
  CHECK(x->bytes().size() == 100);
  CHECK(buffer_pool::make()->take()->storage().size() == buffer::capacity);
  CHECK(buffer_pool::footprint(100) < 150);
}

TEST_CASE("a pool hands out first what was returned last") {
  auto pool = buffer_pool::make();
  std::vector<buffer_ptr> burst;
  for (int i = 0; i < 10; ++i)
    burst.push_back(pool->take());
  burst.clear();
  auto x = pool->take();
  const auto* storage = x->storage().data();
  x = {};
  pool->collect(time_point{});
  CHECK(pool->take()->storage().data() == storage);
  CHECK(pool->size() == 10);
}

TEST_CASE("a pool frees the buffers that nothing has needed for a while") {
  auto pool = buffer_pool::make();
  auto now = time_point{} + std::chrono::hours{1};
  auto take = [&](int count) {
    std::vector<buffer_ptr> burst;
    for (int i = 0; i < count; ++i)
      burst.push_back(pool->take());
    return burst;
  };
  auto held = pool->take();
  take(100);
  pool->collect(now);
  take(2);
  pool->collect(now + buffer_pool::trim_interval / 2);
  take(3);
  CHECK(pool->size() == 101);
  now += buffer_pool::trim_interval;
  pool->collect(now);
  CHECK(pool->size() == 1 + 3);
  now += buffer_pool::trim_interval;
  pool->collect(now);
  CHECK(pool->size() == 1);
  CHECK(take(5).size() == 5);
  held = {};
  CHECK(pool->size() == 6);
}

TEST_CASE("a pool keeps at most twice max_idle buffers that came in turns") {
  auto pool = buffer_pool::make(8);
  std::vector<buffer_ptr> burst;
  for (int i = 0; i < 24; ++i)
    burst.push_back(pool->take());
  for (size_t expected : {24u, 24u, 8u}) {
    burst.resize(burst.size() - 8);
    pool->collect(time_point{});
    CHECK(pool->size() == expected);
  }
}
