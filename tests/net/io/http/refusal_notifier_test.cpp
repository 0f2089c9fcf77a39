#include "net/io/http/refusal_notifier.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;

TEST_CASE("refusals are reported at once, then once a minute for each reason") {
  refusal_notifier x;
  auto at = [](duration since) {
    return time_point{} + since;
  };
  CHECK(x.add(reject_reason::server_full, at(0s)) == 1);
  CHECK_FALSE(x.add(reject_reason::server_full, at(1s)));
  CHECK_FALSE(x.add(reject_reason::server_full, at(59s)));
  CHECK(x.add(reject_reason::address_full, at(59s)) == 1);
  CHECK(x.add(reject_reason::server_full, at(60s)) == 3);
  CHECK(x.add(reject_reason::server_full, at(120s)) == 1);
}
