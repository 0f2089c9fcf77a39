#include "net/base/take_first.hpp"

#include <doctest/doctest.h>

#include <memory>

using troupe::net::take_first;

TEST_CASE("the first element is removed and returned, then the next") {
  std::deque<std::unique_ptr<int>> queue;
  queue.push_back(std::make_unique<int>(1));
  queue.push_back(std::make_unique<int>(2));
  CHECK(**take_first(queue) == 1);
  CHECK(queue.size() == 1);
  CHECK(**take_first(queue) == 2);
  CHECK_FALSE(take_first(queue).has_value());
}
