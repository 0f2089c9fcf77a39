#include "actors/load/drain.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

TEST_CASE("a server that does not drain keeps running, empty or not") {
  drain_state x;
  CHECK_FALSE(x.active());
  CHECK_FALSE(x.deadline());
  CHECK_FALSE(x.over(net::time_point{1h}, true));
}

TEST_CASE("a draining server ends when it is empty or when its time is up") {
  drain_state x;
  net::time_point now{1h};
  x.begin(now, 10s);
  CHECK(x.active());
  CHECK(x.deadline() == now + 10s);
  CHECK_FALSE(x.over(now, false));
  CHECK(x.over(now, true));
  CHECK_FALSE(x.over(now + 9'999ms, false));
  CHECK(x.over(now + 10s, false));
}

TEST_CASE("a second drain request can only shorten the first") {
  drain_state x;
  net::time_point now{1h};
  x.begin(now, 10s);
  x.begin(now + 1s, 1h);
  CHECK(x.deadline() == now + 10s);
  x.begin(now + 2s, 3s);
  CHECK(x.deadline() == now + 5s);
}
