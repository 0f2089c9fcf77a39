#include "net/io/udp/report_pace.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::net;
using namespace std::chrono_literals;

namespace {

using cause = report_pace::cause;

constexpr auto most_wait = 5ms;
constexpr auto period = most_wait * report_pace::waits_in_period;

// A pace, and a server that reads as it says.
struct scene {
  // Reports that arrive at an interval until a moment. Media is read every
  // `media`, if that is not 0.
  void run(duration until, duration interval, duration media = {}) {
    const auto end = now + until;
    auto report = now + interval;
    auto packet = media > duration{} ? now + media : time_point::max();
    while (now < end) {
      auto next = std::min({report, packet, end});
      if (pace.gathers())
        next = std::min(next, pace.next_read());
      now = next;
      if (now >= report) {
        report += interval;
        ++waiting;
        if (!pace.gathers())
          read(cause::arrival);
      }
      if (now >= packet) {
        packet += media;
        if (pace.due_beside_media(now))
          read(cause::media);
      }
      if (pace.gathers() && now >= pace.next_read())
        read(cause::timer);
    }
  }

  void read(cause why) {
    longest = std::max(longest, now - last_read);
    last_read = now;
    wakeups += why != cause::media;
    reads += 1;
    pace.handle_read(why, waiting, now);
    waiting = 0;
  }

  void reset() {
    wakeups = 0;
    reads = 0;
    longest = {};
    last_read = now;
  }

  report_pace pace{most_wait};
  time_point now = time_point{} + 1h;
  size_t waiting = 0;
  size_t wakeups = 0;
  size_t reads = 0;
  time_point last_read = now;
  duration longest{};
};

} // namespace

TEST_CASE("few reports are read at once") {
  scene x;
  x.run(2s, 20ms);
  CHECK_FALSE(x.pace.gathers());
  CHECK(x.wakeups >= 99);
}

TEST_CASE("many reports are read together, within the wait") {
  scene x;
  x.run(3 * period, 1ms);
  REQUIRE(x.pace.gathers());
  x.reset();
  x.run(1s, 1ms);
  CHECK(x.pace.gathers());
  CHECK(x.wakeups <= 200);
  CHECK(x.wakeups >= 195);
  CHECK(x.longest == most_wait);
}

TEST_CASE("reports are read beside media, but not each time") {
  scene x;
  x.run(3 * period, 1ms);
  x.reset();
  x.run(1s, 1ms, 500us);
  CHECK(x.pace.gathers());
  CHECK(x.wakeups == 0);
  CHECK(x.reads >= 350);
  CHECK(x.reads <= 400);
  CHECK(x.longest <= most_wait);
}

TEST_CASE("beside media, gathering pays with fewer reports") {
  scene x;
  x.run(3 * period, 1ms);
  REQUIRE(x.pace.gathers());
  // By timers this would cost ten wake-ups for each report.
  x.run(2s, 20ms, 1ms);
  CHECK(x.pace.gathers());
}

TEST_CASE("gathering ends when it saves no wake-ups") {
  scene x;
  x.run(3 * period, 1ms);
  REQUIRE(x.pace.gathers());
  x.run(3 * period, 20ms);
  CHECK_FALSE(x.pace.gathers());
  // Without media it costs no wake-up while nothing arrives.
  x.reset();
  x.run(10s, 1h);
  CHECK(x.reads == 0);
}

TEST_CASE("gathering that did not pay is not tried again for a while") {
  scene x;
  x.run(3 * period, 1ms);
  x.run(3 * period, 20ms);
  REQUIRE_FALSE(x.pace.gathers());
  x.run(report_pace::retreat / 2, 1ms);
  CHECK_FALSE(x.pace.gathers());
  x.run(report_pace::retreat, 1ms);
  CHECK(x.pace.gathers());
}

TEST_CASE("reports before a long silence do not count") {
  report_pace pace{most_wait};
  auto now = time_point{} + 1h;
  auto read_some = [&] {
    for (size_t i = 0; i < report_pace::many_wakeups; ++i)
      pace.handle_read(cause::arrival, 1, now);
  };
  read_some();
  now += 2 * period;
  pace.handle_read(cause::arrival, 1, now);
  CHECK_FALSE(pace.gathers());
  // Without the silence they do.
  read_some();
  pace.handle_read(cause::arrival, 1, now + period);
  CHECK(pace.gathers());
}

TEST_CASE("media is no reason to read while reports are read at once") {
  report_pace pace{most_wait};
  auto now = time_point{} + 1h;
  pace.handle_read(cause::arrival, 1, now);
  CHECK_FALSE(pace.due_beside_media(now + 1s));
}
