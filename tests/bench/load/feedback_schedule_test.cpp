#include "bench/load/media/feedback_schedule.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{100s};

/// Feeds packets of 1,000 octets, `apart` from each other, and returns when
/// feedback was due.
std::vector<net::time_point> run(feedback_schedule& x, net::time_point from,
                                 net::duration span, net::duration apart) {
  std::vector<net::time_point> out;
  auto next = from;
  for (auto now = from; now < from + span; now += 1ms) {
    if (now >= next) {
      x.handle_packet(1000, now);
      next += apart;
    }
    if (x.handle_timeout(now))
      out.push_back(now);
  }
  return out;
}

} // namespace

TEST_CASE("feedback takes 5 % of the bitrate, each 50 to 250 ms") {
  // 68 octets for each feedback packet: 544 bits of each 10,880 received.
  CHECK(feedback_schedule::interval_for(0) == 250ms);
  CHECK(feedback_schedule::interval_for(10'000) == 250ms);
  CHECK(feedback_schedule::interval_for(43'520) == 250ms);
  CHECK(feedback_schedule::interval_for(54'400) == 200ms);
  CHECK(feedback_schedule::interval_for(108'800) == 100ms);
  CHECK(feedback_schedule::interval_for(217'600) == 50ms);
  CHECK(feedback_schedule::interval_for(1'500'000) == 50ms);
}

TEST_CASE("feedback comes at the interval of the received bitrate") {
  struct row {
    net::duration apart;
    net::duration interval;
  };
  // 800, 108 and 40 kbit/s.
  const row rows[] = {{10ms, 50ms}, {74ms, 100ms}, {200ms, 250ms}};
  for (const auto& r : rows) {
    CAPTURE(r.apart.count());
    feedback_schedule x{3};
    run(x, start, 5s, r.apart);
    auto times = run(x, start + 5s, 20s, r.apart);
    auto expected = static_cast<size_t>(20s / r.interval);
    CHECK(times.size() >= expected * 9 / 10);
    CHECK(times.size() <= expected * 11 / 10);
    for (size_t i = 1; i < times.size(); ++i)
      CHECK(times[i] - times[i - 1] >= r.interval * 8 / 10);
  }
}

TEST_CASE("without packets there is no feedback, and the steps go on") {
  constexpr auto interval = feedback_schedule::first_interval;
  feedback_schedule x{3};
  CHECK_FALSE(x.poll_timeout());
  x.handle_packet(1000, start);
  REQUIRE(x.poll_timeout());
  auto first = *x.poll_timeout();
  CHECK_FALSE(x.handle_timeout(first - 1ns));
  CHECK(x.handle_timeout(first));
  CHECK_FALSE(x.poll_timeout());
  CHECK_FALSE(x.handle_timeout(first + interval));
  // A later packet waits for the step that follows it.
  x.handle_packet(1000, first + 5 * interval + 1ms);
  REQUIRE(x.poll_timeout());
  CHECK(*x.poll_timeout() == first + 6 * interval);
  x.handle_packet(1000, first + 6 * interval - 1ms);
  CHECK(x.handle_timeout(first + 6 * interval));
  x.handle_packet(1000, first + 6 * interval + 1ms);
  CHECK(*x.poll_timeout() == first + 7 * interval);
}

TEST_CASE("receivers of one stream report at different phases") {
  auto first = [](uint64_t seed) {
    feedback_schedule x{seed};
    x.handle_packet(1000, start);
    return *x.poll_timeout();
  };
  CHECK(first(1) == first(1));
  CHECK(first(1) != first(2));
  CHECK(first(1) - start < feedback_schedule::first_interval);
}
