#include "actors/base/log_limit.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

net::time_point at(net::duration since) {
  return net::time_point{} + 1h + since;
}

} // namespace

TEST_CASE("an event that is too frequent is suppressed and counted") {
  actors::log::line_limit x{1, 3};
  for (int i = 0; i < 3; ++i)
    CHECK(x.admit("token-refused", at(0s)) == 0);
  for (int i = 0; i < 100; ++i)
    CHECK_FALSE(x.admit("token-refused", at(0s)));
  // Another kind of event has a limit of its own.
  CHECK(x.admit("peer-joined", at(0s)) == 0);
  CHECK(x.admit("token-refused", at(1s)) == 100);
  CHECK_FALSE(x.admit("token-refused", at(1s)));
  CHECK(x.admit("token-refused", at(2s)) == 1);
  CHECK(x.admit("token-refused", at(10s)) == 0);
}
