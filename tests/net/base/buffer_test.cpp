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
