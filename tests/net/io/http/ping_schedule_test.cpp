#include "net/io/http/ping_schedule.hpp"

#include <doctest/doctest.h>

using namespace troupe::net;
using namespace std::chrono_literals;
using action = ping_schedule::action;

namespace {

constexpr auto never = time_point::min();
constexpr time_point start{1000s};

// Follows the schedule of a 40 s timeout, whose client's ICE checks come every
// 2 s from `start` until `checks_end`, and which answers no ping. Returns when
// it is pinged, and when it is dropped.
std::pair<duration, duration> pinged_and_dropped(duration checks_end) {
  ping_schedule x{40s, start};
  std::pair<duration, duration> out{};
  for (auto now = start;; now += 1s) {
    auto checked = std::min<duration>(now - start, checks_end) / 2s * 2s;
    auto alive = checks_end == 0s ? never : start + checked;
    auto next = x.handle_timeout(now, alive);
    if (next == action::ping)
      out.first = now - start;
    if (next == action::drop) {
      out.second = now - start;
      return out;
    }
  }
}

} // namespace

TEST_CASE("a silent client without media is pinged, then dropped") {
  CHECK(pinged_and_dropped(0s) == std::pair<duration, duration>{20s, 40s});
}

TEST_CASE("a client that vanishes with its media is found in time") {
  for (auto end : {2s, 4s, 8s, 10s})
    CHECK(pinged_and_dropped(end) == std::pair<duration, duration>{20s, 40s});
  // At most three quarters of the timeout after its last check.
  CHECK(pinged_and_dropped(20s) == std::pair<duration, duration>{30s, 50s});
  CHECK(pinged_and_dropped(26s) == std::pair<duration, duration>{36s, 56s});
}

TEST_CASE("a dead WebSocket of a client whose media lives is found") {
  CHECK(pinged_and_dropped(1h) == std::pair<duration, duration>{40s, 60s});
}

TEST_CASE("octets answer a ping and put the next one off") {
  ping_schedule x{40s, start};
  CHECK(x.handle_timeout(start + 19s, never) == action::none);
  CHECK(x.handle_timeout(start + 20s, never) == action::ping);
  CHECK(x.poll_timeout(never) == start + 40s);
  x.handle_octets(start + 21s);
  CHECK(x.poll_timeout(never) == start + 41s);
  CHECK(x.handle_timeout(start + 40s, never) == action::none);
  CHECK(x.handle_timeout(start + 41s, never) == action::ping);
}

TEST_CASE("media does not answer a ping") {
  ping_schedule x{40s, start};
  CHECK(x.handle_timeout(start + 20s, never) == action::ping);
  CHECK(x.handle_timeout(start + 40s, start + 39s) == action::drop);
}

TEST_CASE("a late timeout pings before it drops") {
  ping_schedule x{40s, start};
  CHECK(x.handle_timeout(start + 90s, never) == action::ping);
  CHECK(x.handle_timeout(start + 109s, never) == action::none);
  CHECK(x.handle_timeout(start + 110s, never) == action::drop);
}
