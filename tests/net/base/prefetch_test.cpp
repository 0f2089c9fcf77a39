#include "net/base/prefetch.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace troupe;

TEST_CASE("an object that begins within a cache line is in one more") {
  alignas(64) std::array<char, 256> x{};
  auto lines = [&](size_t first, size_t last) {
    return net::cache_lines(x.data() + first, x.data() + last);
  };
  CHECK(lines(0, 0) == 0);
  CHECK(lines(10, 5) == 0);
  CHECK(lines(0, 1) == 1);
  CHECK(lines(0, 64) == 1);
  CHECK(lines(0, 65) == 2);
  CHECK(lines(63, 65) == 2);
  CHECK(lines(56, 130) == 3);
  CHECK(lines(16, 192) == 3);
}

TEST_CASE("prefetching leaves memory as it is, whatever the address") {
  alignas(64) std::array<char, 128> x{};
  x.fill('x');
  net::prefetch(x.data() + 1, x.data() + 127);
  net::prefetch(nullptr);
  CHECK(x.front() == 'x');
  CHECK(x.back() == 'x');
}
