// Histogram, sequence checker, impairment and timer wheel.

#include "bench/load/media/impairment.hpp"
#include "bench/load/media/latency_histogram.hpp"
#include "bench/load/media/sequence_checker.hpp"
#include "bench/load/media/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

bool near(net::duration x, net::duration expected) {
  auto off = x > expected ? x - expected : expected - x;
  return off <= expected / 32 + 1us;
}

} // namespace

TEST_CASE("quantiles of a histogram are exact to 1/32") {
  latency_histogram x;
  for (int i = 1; i <= 100'000; ++i)
    x.add(std::chrono::microseconds{i});
  CHECK(x.count() == 100'000);
  CHECK(near(x.quantile(0.5), 50ms));
  CHECK(near(x.quantile(0.99), 99ms));
  CHECK(near(x.quantile(0.999), 99900us));
  CHECK(x.quantile(1) <= 100ms);
  CHECK(x.quantile(0) == 1us);
  CHECK(x.max() == 100ms);
  CHECK(near(x.mean(), 50000us));
  for (auto us : {0, 1, 31, 32, 63, 64, 200, 1000, 65'535, 10'000'000}) {
    latency_histogram one;
    one.add(std::chrono::microseconds{us});
    CHECK(near(one.quantile(0.5), std::chrono::microseconds{us}));
  }
}

TEST_CASE("a histogram clamps values out of its range to its ends") {
  latency_histogram x;
  CHECK(x.quantile(0.5) == 0us);
  x.add(-5ms);
  CHECK(x.quantile(0.5) == 0us);
  x.add(1h);
  CHECK(x.count() == 2);
  CHECK(x.max() == 1h);
  CHECK(x.quantile(1) > 60s);
}

TEST_CASE("merged histograms equal one histogram of all values") {
  latency_histogram a, b, both;
  for (int i = 0; i < 1000; ++i) {
    auto x = std::chrono::microseconds{i * i};
    (i % 3 == 0 ? a : b).add(x);
    both.add(x);
  }
  a.merge(b);
  CHECK(a.count() == both.count());
  for (auto q : {0.0, 0.1, 0.5, 0.9, 0.999, 1.0})
    CHECK(a.quantile(q) == both.quantile(q));
  CHECK(a.max() == both.max());
  a.clear();
  CHECK(a.count() == 0);
  CHECK(a.quantile(0.5) == 0us);
}

TEST_CASE("a sequence checker counts loss, duplicates and late packets") {
  // The second one begins close to the wrap.
  for (uint16_t first : {100, 65'530}) {
    CAPTURE(first);
    sequence_checker x;
    auto at = [&](int i) {
      return static_cast<uint16_t>(first + i);
    };
    using verdict = sequence_checker::verdict;
    CHECK_FALSE(x.started());
    CHECK(x.handle(at(0)) == verdict::next);
    CHECK(x.handle(at(1)) == verdict::next);
    CHECK(x.handle(at(5)) == verdict::ahead);
    CHECK(x.handle(at(3)) == verdict::late);
    CHECK(x.handle(at(3)) == verdict::duplicate);
    CHECK(x.counts().lost == 2);
    CHECK(x.recover(at(2)));
    CHECK_FALSE(x.recover(at(5)));
    for (int i = 6; i < 20; ++i)
      CHECK(x.handle(at(i)) == verdict::next);
    auto counts = x.counts();
    CHECK(counts.received == 19);
    CHECK(counts.lost == 1);
    CHECK(counts.duplicates == 2);
    CHECK(counts.reordered == 1);
    CHECK(counts.recovered == 1);
    CHECK(x.handle(at(20 + 2000)) == verdict::ahead);
    CHECK(x.handle(at(21)) == verdict::stale);
    CHECK(x.counts().stale == 1);
    x.reset_counts();
    CHECK(x.handle(at(2021)) == verdict::next);
    CHECK(x.counts().received == 1);
    CHECK(x.counts().lost == 0);
  }
}

TEST_CASE("a sequence checker follows many wraps") {
  sequence_checker x;
  for (uint32_t i = 0; i < 300'000; ++i)
    if (i % 100 != 99)
      x.handle(static_cast<uint16_t>(i + 65'000));
  CHECK(x.counts().received == 297'000);
  // The last gap is not detected: no packet follows it.
  CHECK(x.counts().lost == 2'999);
  CHECK(x.counts().duplicates == 0);
  CHECK(x.extended_highest() == 65'536 + 65'000 + 299'998);
}

TEST_CASE("an impairment loses its share, the same packets for the same seed") {
  impairment a{{0.05, 0ms}, 7};
  impairment b{{0.05, 0ms}, 7};
  impairment never{{0, 0ms}, 7};
  impairment always{{1, 0ms}, 7};
  int lost = 0;
  for (int i = 0; i < 100'000; ++i) {
    auto x = a.lose();
    CHECK(x == b.lose());
    CHECK_FALSE(never.lose());
    CHECK(always.lose());
    lost += x ? 1 : 0;
  }
  CHECK(lost > 4'700);
  CHECK(lost < 5'300);
}

TEST_CASE("an impairment returns datagrams in order, when they are due") {
  impairment x{{0, 30ms}, 1};
  net::time_point start{1s};
  CHECK_FALSE(x.poll_timeout());
  for (uint8_t i = 0; i < 10; ++i)
    x.queue(net::byte_span{&i, 1}, start + i * 1ms);
  CHECK(*x.poll_timeout() == start + 30ms);
  CHECK_FALSE(x.poll(start + 29ms));
  for (uint8_t i = 0; i < 10; ++i) {
    auto out = x.poll(start + 39ms);
    REQUIRE(out);
    CHECK(out->octets == std::vector<uint8_t>{i});
    CHECK(out->due == start + 30ms + i * 1ms);
  }
  CHECK_FALSE(x.poll(start + 1h));
}

TEST_CASE("a timer wheel fires no timer early and each within a tick") {
  net::time_point start{5s};
  timer_wheel wheel{start, 500us, 64};
  std::vector<std::unique_ptr<wheel_timer>> timers;
  net::time_point now = start;
  size_t called = 0;
  for (int i = 0; i < 500; ++i) {
    // Up to eight rounds of the wheel ahead.
    auto due = start + i * 517us;
    timers.push_back(std::make_unique<wheel_timer>([&, due](net::time_point x) {
      CHECK(x == due);
      CHECK(now >= due);
      CHECK(now - due <= 600us);
      ++called;
    }));
    wheel.schedule(*timers.back(), due);
  }
  timers[100]->cancel();
  timers[101].reset();
  for (; now < start + 300ms; now += 100us)
    wheel.advance(now);
  CHECK(called == 498);
}

TEST_CASE("timers may arm and cancel each other, and survive a pause") {
  net::time_point start{5s};
  timer_wheel wheel{start, 1ms, 16};
  int first = 0;
  int second = 0;
  wheel_timer b{[&](net::time_point) {
    ++second;
  }};
  std::unique_ptr<wheel_timer> a;
  a = std::make_unique<wheel_timer>([&](net::time_point due) {
    ++first;
    b.cancel();
    wheel.schedule(*a, due + 10ms);
  });
  wheel.schedule(*a, start + 10ms);
  wheel.schedule(b, start + 10ms);
  wheel.advance(start + 10ms);
  CHECK(first == 1);
  CHECK(second == 0);
  CHECK(a->armed());
  wheel.schedule(b, start + 12ms);
  wheel.advance(start + 1s);
  CHECK(second == 1);
  // An overdue timer fires with each tick until it has caught up.
  CHECK(first > 1);
  CHECK_FALSE(b.armed());
}

TEST_CASE("a timer wheel tells the time to sleep and wakes a sleeper") {
  net::time_point start{5s};
  timer_wheel wheel{start, 1ms, 16};
  wheel_timer a{[](net::time_point) {
  }};
  CHECK(wheel.next(start + 10ms) == start + 10ms);
  int alarms = 0;
  wheel.set_alarm(start + 10ms, [&] { ++alarms; });
  wheel.schedule(a, start + 12ms);
  CHECK(alarms == 0);
  wheel.schedule(a, start + 4500us);
  CHECK(alarms == 1);
  CHECK(wheel.next(start + 10ms) == start + 5ms);
  // An alarm fires once.
  wheel.schedule(a, start + 2ms);
  CHECK(alarms == 1);
  wheel.set_alarm(start + 10ms, [&] { ++alarms; });
  wheel.clear_alarm();
  wheel.schedule(a, start + 1ms);
  CHECK(alarms == 1);
}
