#include "rtp/bwe/bandwidth_estimator.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace troupe::rtp;
using namespace std::chrono_literals;

namespace {

time_point at(duration x) {
  return time_point{} + x;
}

/// Reports of `count` packets of 1,200 octets, sent `apart` from each other and
/// received `apart_there` from each other.
std::vector<packet_report> train(time_point begin, size_t count, duration apart,
                                 duration apart_there) {
  std::vector<packet_report> out;
  for (size_t i = 0; i < count; ++i)
    out.push_back({begin + i * apart,
                   begin.time_since_epoch() + 30ms + i * apart_there, 1200,
                   std::nullopt});
  return out;
}

} // namespace

TEST_CASE("the target stays within its bounds for any reports of a receiver") {
  std::mt19937_64 random{7};
  for (int round = 0; round < 200; ++round) {
    bandwidth_estimator x{{600'000, 30'000, 10'000'000}};
    x.set_wanted(20'000'000);
    auto now = at(0ms);
    for (int i = 0; i < 200; ++i) {
      now += std::chrono::milliseconds{random() % 300};
      std::vector<packet_report> reports(random() % 40);
      for (auto& r : reports) {
        r.sent = now - std::chrono::microseconds{random() % 1'000'000};
        r.octets = static_cast<uint32_t>(random() % 1500);
        if (random() % 3 > 0)
          // The receiver's clock jumps, stops and runs backwards.
          r.received = std::chrono::microseconds{
              static_cast<int64_t>(random() % 4'000'000'000'000)
              - 2'000'000'000'000};
        if (random() % 5 == 0)
          r.probe = static_cast<probe_id>(random() % 4);
      }
      x.poll_probe(now);
      x.handle_feedback(reports, double(random() % 20'000'000), now);
      REQUIRE(x.target_bps() >= 30'000);
      REQUIRE(x.target_bps() <= 10'000'000);
    }
  }
}

TEST_CASE("a growing queue lowers the target below the delivered rate") {
  bandwidth_estimator x{{}};
  auto now = at(0ms);
  // 960 kbit/s are sent and half of that arrives.
  for (int i = 0; i < 20; ++i, now += 100ms) {
    auto reports = train(now, 10, 10ms, 10ms);
    for (auto& r : reports)
      r.received = (r.sent - at(0ms)) * 2 + 30ms;
    x.handle_feedback(reports, 960'000, now + 100ms);
  }
  CHECK(x.usage() == link_usage::overused);
  CHECK(x.target_bps() < 480'000);
  CHECK(x.queue() > 500ms);
}

TEST_CASE(
    "a probe that passes raises the target at once, and another follows") {
  bandwidth_estimator x{{}};
  x.set_wanted(5'000'000);
  auto probe = x.poll_probe(at(0ms));
  REQUIRE(probe);
  CHECK(probe->bps == doctest::Approx(1'800'000));
  CHECK_FALSE(x.poll_probe(at(1ms)));
  auto apart = std::chrono::nanoseconds{
      static_cast<int64_t>(1200 * 8 / probe->bps * 1e9)};
  auto reports = train(at(0ms), 10, apart, apart);
  for (auto& r : reports)
    r.probe = probe->id;
  x.handle_feedback(reports, 600'000, at(100ms));
  CHECK(x.target_bps() > 1'600'000);
  auto next = x.poll_probe(at(110ms));
  REQUIRE(next);
  CHECK(next->bps > 3'000'000);
}

TEST_CASE("a probe that does not pass shows what the link carries") {
  bandwidth_estimator x{{}};
  x.set_wanted(5'000'000);
  auto probe = x.poll_probe(at(0ms));
  REQUIRE(probe);
  auto apart = std::chrono::nanoseconds{
      static_cast<int64_t>(1200 * 8 / probe->bps * 1e9)};
  auto reports = train(at(0ms), 10, apart, 9600us); // at 1 Mbit/s
  for (auto& r : reports)
    r.probe = probe->id;
  x.handle_feedback(reports, 600'000, at(200ms));
  CHECK(x.target_bps() > 800'000);
  CHECK(x.target_bps() <= 1'000'000);
}

TEST_CASE("nothing is probed if no higher rate is wanted") {
  bandwidth_estimator x{{}};
  CHECK_FALSE(x.poll_probe(at(0ms)));
  x.set_wanted(500'000);
  CHECK_FALSE(x.poll_probe(at(10s)));
}

TEST_CASE("a trend that is never updated does not suppress probes for good") {
  bandwidth_estimator x{{}};
  auto now = at(0ms);
  for (int i = 0; i < 20; ++i, now += 100ms) {
    auto reports = train(now, 10, 10ms, 10ms);
    for (auto& r : reports)
      r.received = (r.sent - at(0ms)) * 2 + 30ms;
    x.handle_feedback(reports, 960'000, now + 100ms);
  }
  REQUIRE(x.usage() == link_usage::overused);
  x.set_wanted(5'000'000);
  CHECK_FALSE(x.poll_probe(now + 100ms));
  // No more feedback arrives.
  CHECK(x.poll_probe(now + 5s));
}

TEST_CASE("probes stay frequent and short while a consumer is starved") {
  bandwidth_estimator x{{}};
  x.set_wanted(5'000'000, true);
  x.handle_feedback(train(at(0ms), 10, 10ms, 10ms), 960'000, at(100ms));
  for (int i = 0; i < 10; ++i) {
    auto probe = x.poll_probe(at(1s + i * 2s));
    REQUIRE(probe);
    CHECK(probe->octets < 6'000);
    CHECK_FALSE(x.poll_probe(at(2900ms + i * 2s)));
  }
}

namespace {

/// Sends at the target rate, and probes, for a time. All of it arrives; `clock`
/// maps the true time to the receiver's clock.
template <class Clock>
time_point send_for(bandwidth_estimator& x, time_point now, duration time,
                    Clock clock) {
  for (auto end = now + time; now < end; now += 100ms) {
    auto sent_bps = static_cast<double>(x.target_bps());
    auto count = static_cast<size_t>(sent_bps / 80 / 1200) + 1;
    auto reports = train(now, count, 100ms / count, 100ms / count);
    if (auto probe = x.poll_probe(now)) {
      auto apart = std::chrono::nanoseconds{
          static_cast<int64_t>(1200 * 8 / probe->bps * 1e9)};
      reports = train(now, probe->octets / 1200 + 1, apart, apart);
      for (auto& r : reports)
        r.probe = probe->id;
    }
    for (auto& r : reports)
      r.received = clock(*r.received);
    x.handle_feedback(reports, sent_bps, now + 100ms);
  }
  return now;
}

} // namespace

TEST_CASE("a receiver's clock that was set causes no lasting loss of rate") {
  bandwidth_estimator x{{}};
  x.set_wanted(5'000'000);
  auto honest = [](duration y) {
    return y;
  };
  auto now = send_for(x, at(0ms), 10s, honest);
  REQUIRE(x.target_bps() > 3'000'000);
  SUBCASE("once, ahead") {
    send_for(x, now, 5s, [](duration y) { return y + 1h; });
    CHECK(x.target_bps() > 3'000'000);
  }
  SUBCASE("once, back") {
    send_for(x, now, 5s, [](duration y) { return y - 2h; });
    CHECK(x.target_bps() > 3'000'000);
  }
  SUBCASE("again and again, ahead and back to the true time") {
    now = send_for(x, now, 10s, [&](duration y) {
      return y + (y - now.time_since_epoch()) * 1000;
    });
    send_for(x, now, 10s, honest);
    CHECK(x.target_bps() > 3'000'000);
  }
  SUBCASE("at twice the speed, and back to the true time") {
    now = send_for(x, now, 10s, [&](duration y) {
      return y + (y - now.time_since_epoch());
    });
    send_for(x, now, 15s, honest);
    CHECK(x.target_bps() > 3'000'000);
  }
}
