#include "rtp/receive/layer_demand.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using request = rtp::layer_demand::request;

constexpr net::time_point start{1000s};

} // namespace

TEST_CASE("all layers are wanted until no receiver came for a while") {
  rtp::layer_demand x{2, start};
  CHECK(x.wants(2));
  CHECK(x.poll_timeout() == start + 2s);
  x.handle_timeout(start + 1999ms);
  CHECK_FALSE(x.poll_changed());
  x.handle_timeout(start + 2s);
  auto changed = x.poll_changed();
  REQUIRE(changed);
  CHECK_FALSE(*changed); // none at all
  CHECK_FALSE(x.wants(0));
  CHECK_FALSE(x.poll_timeout());
}

TEST_CASE("a higher request counts at once, a lower one after two seconds") {
  rtp::layer_demand x{2, start};
  x.handle_request(1, 0, start);
  x.handle_request(2, 1, start);
  CHECK_FALSE(x.poll_changed());
  x.handle_timeout(start + 2s);
  CHECK(x.poll_changed() == request{1});
  CHECK(x.wants(1));
  CHECK_FALSE(x.wants(2));
  x.handle_request(1, 2, start + 3s);
  CHECK(x.poll_changed() == request{2});
  x.remove(1, start + 4s);
  CHECK_FALSE(x.poll_changed());
  CHECK(x.poll_timeout() == start + 6s);
  x.handle_timeout(start + 6s);
  CHECK(x.poll_changed() == request{1});
}

TEST_CASE("a request that is lower only for a moment changes nothing") {
  rtp::layer_demand x{2, start};
  x.handle_request(1, 2, start);
  CHECK_FALSE(x.poll_timeout());
  for (int i = 0; i < 10; ++i) {
    x.handle_request(1, {}, start + i * 2s);
    x.handle_timeout(start + i * 2s + 1s);
    x.handle_request(1, 2, start + i * 2s + 1s);
    CHECK_FALSE(x.poll_timeout());
  }
  CHECK_FALSE(x.poll_changed());
}

TEST_CASE("the last request counts, not the lowest one meanwhile") {
  rtp::layer_demand x{2, start};
  x.handle_request(1, 2, start);
  x.handle_request(1, {}, start);
  x.handle_request(1, 1, start + 1s);
  x.handle_timeout(start + 2s);
  CHECK(x.poll_changed() == request{1});
}

TEST_CASE("nothing at all may count sooner than fewer layers") {
  rtp::layer_demand x{2, start, 300ms};
  CHECK(x.poll_timeout() == start + 2s); // before any receiver came
  x.handle_request(1, 2, start);
  CHECK_FALSE(x.poll_timeout());
  x.handle_request(1, 0, start);
  CHECK(x.poll_timeout() == start + 2s);
  x.handle_request(1, {}, start + 1s);
  CHECK(x.poll_timeout() == start + 1300ms);
  // Some layer is wanted again: the time for none does not count for it.
  x.handle_request(1, 0, start + 1200ms);
  CHECK(x.poll_timeout() == start + 2s);
  x.handle_request(1, {}, start + 1400ms);
  x.handle_timeout(start + 1699ms);
  CHECK_FALSE(x.poll_changed());
  x.handle_timeout(start + 1700ms);
  CHECK(x.poll_changed() == std::optional<request>{request{}});
  CHECK_FALSE(x.poll_timeout());
}
