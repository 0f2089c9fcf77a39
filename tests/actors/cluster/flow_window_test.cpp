#include "actors/cluster/flow_window.hpp"

#include "actors/cluster/violation_meter.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

TEST_CASE("a hello acknowledges all that was sent before it, and no more") {
  flow_window at;
  net::time_point t0{};
  at.handle_sent(1000);
  CHECK(at.handle_hello(t0) == 1);
  at.handle_sent(300);
  CHECK(at.handle_hello(t0 + 10ms) == 2);
  at.handle_sent(7);
  CHECK(at.unacknowledged() == 1307);
  CHECK(at.handle_seen(1, t0 + 30ms) == net::duration{30ms});
  CHECK(at.unacknowledged() == 307);
  CHECK(at.handle_seen(2, t0 + 50ms) == net::duration{40ms});
  CHECK(at.unacknowledged() == 7);
}

TEST_CASE("an acknowledgement of several hellos takes the latest one's time") {
  flow_window at;
  net::time_point t0{};
  at.handle_hello(t0);
  at.handle_hello(t0 + 500ms);
  CHECK(at.handle_seen(2, t0 + 510ms) == net::duration{10ms});
  CHECK(!at.poll_timeout(0s));
}

TEST_CASE("an acknowledgement of what was not sent, or twice, is wrong") {
  flow_window at;
  net::time_point t0{};
  CHECK(!at.handle_seen(0, t0));
  CHECK(!at.handle_seen(1, t0));
  at.handle_hello(t0);
  CHECK(!at.handle_seen(2, t0));
  CHECK(!at.handle_seen(0, t0));
  CHECK(at.handle_seen(1, t0));
  CHECK(!at.handle_seen(1, t0));
}

TEST_CASE("a link is overdue after four megabytes or two seconds") {
  flow_window at;
  net::time_point t0{};
  at.handle_sent(flow_window::max_octets);
  CHECK(!at.overdue(t0, 0s));
  at.handle_sent(1);
  CHECK(at.overdue(t0, 0s));

  flow_window late;
  late.handle_hello(t0);
  CHECK(late.poll_timeout(0s) == t0 + 2s);
  CHECK(!late.overdue(t0 + 1999ms, 0s));
  CHECK(late.overdue(t0 + 2s, 0s));
  CHECK(!late.overdue(t0 + 2s, 1s));
  CHECK(late.overdue(t0 + 3s, 1s));
}

TEST_CASE("much data between hellos wants another hello") {
  flow_window at;
  at.handle_sent(flow_window::octets_per_hello - 1);
  CHECK(!at.wants_hello());
  at.handle_sent(1);
  CHECK(at.wants_hello());
  at.handle_hello({});
  CHECK(!at.wants_hello());
}

TEST_CASE("a hundred violations within a minute are too many") {
  violation_meter at;
  net::time_point t0{};
  for (int i = 0; i < 99; ++i)
    CHECK(!at.handle_violation(t0));
  CHECK(!at.handle_violation(t0 + 60s)); // the others are too old
  for (int i = 0; i < 98; ++i)
    CHECK(!at.handle_violation(t0 + 61s));
  CHECK(at.handle_violation(t0 + 62s));
  CHECK(!at.handle_violation(t0 + 62s));
}
