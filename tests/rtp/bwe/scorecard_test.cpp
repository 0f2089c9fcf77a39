#include "tests/rtp/bwe/link_model.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace troupe::rtp;
using namespace troupe::rtp::test;

/// The scorecard of docs/bwe.md: realistic links in virtual time.
namespace {

struct score {
  double utilisation = 0; // of what the link could carry, after 5 s
  double short_queue = 0; // share of the time under 100 ms, after 5 s
  double converged = -1;  // seconds until 80 % of the capacity
  double loss = 0;
};

/// Runs a single flow for `time` seconds.
score run(const link_settings& settings, double time, uint32_t seed,
          double most = 50e6) {
  bottleneck link{settings, seed};
  media_flow flow{most};
  score out;
  double possible = 0, counted = 0, calm = 0;
  auto end = time_point{} + bottleneck::to_duration(time);
  for (time_point now{}; now < end; now += 1ms) {
    flow.step(link, now);
    auto t = bottleneck::seconds_since_start(now);
    auto capacity = settings.capacity(t);
    if (out.converged < 0
        && double(flow.engine.target_bps()) >= 0.8 * std::min(most, capacity))
      out.converged = t;
    if (t < 5) {
      flow.delivered = 0;
      continue;
    }
    possible += std::min(most, capacity) / 8 / 1000;
    ++counted;
    calm += link.queue(now) < 100ms;
  }
  out.utilisation = flow.delivered / possible;
  out.short_queue = calm / counted;
  out.loss = flow.engine.loss();
  return out;
}

void print_score(const std::string& name, const score& x) {
  if (std::getenv("TROUPE_SCORECARD"))
    std::printf("%-28s utilisation %.2f  queue<100ms %.2f  converged %.1f s  "
                "loss %.3f\n",
                name.c_str(), x.utilisation, x.short_queue, x.converged,
                x.loss);
}

} // namespace

TEST_CASE("a constant link is filled without a queue") {
  for (double mbit : {0.3, 1.0, 3.0, 10.0})
    for (uint32_t seed : {1u, 2u}) {
      CAPTURE(mbit);
      auto x = run(constant_link(mbit * 1e6), 60, seed);
      print_score("constant " + std::to_string(mbit), x);
      CHECK(x.utilisation >= 0.85);
      CHECK(x.short_queue >= 0.9);
      CHECK(x.converged >= 0);
      CHECK(x.converged <= 5);
    }
}

TEST_CASE("random loss is not taken for congestion") {
  for (double loss : {0.01, 0.05})
    for (double burst : {0.0, 0.5}) {
      CAPTURE(loss);
      auto settings = constant_link(3e6);
      settings.loss = loss;
      settings.burst_loss = burst;
      auto x = run(settings, 60, 1);
      print_score("loss " + std::to_string(loss) + (burst > 0 ? " bursts" : ""),
                  x);
      CHECK(x.utilisation >= (burst > 0 ? 0.65 : 0.8));
      CHECK(x.short_queue >= 0.9);
    }
}

TEST_CASE("a link that drops instead of queueing is not overloaded") {
  auto settings = constant_link(2e6);
  settings.longest_queue = 12ms;
  auto x = run(settings, 60, 1);
  print_score("policed", x);
  CHECK(x.utilisation >= 0.8);
  CHECK(x.loss <= 0.08);
}

TEST_CASE("jitter is not taken for a queue") {
  auto settings = constant_link(3e6);
  settings.jitter = 100ms;
  auto x = run(settings, 60, 1);
  print_score("jitter 100 ms", x);
  CHECK(x.utilisation >= 0.5);
}

TEST_CASE("after a drop of the capacity the queue is short again in 1.5 s") {
  link_settings settings;
  settings.longest_queue = 2s;
  settings.capacity = [](double t) {
    return t < 20 ? 3e6 : t < 40 ? 0.5e6 : 3e6;
  };
  bottleneck link{settings, 1};
  media_flow flow{50e6};
  double long_until = 20, worst = 0, back = -1;
  for (time_point now{}; now < time_point{} + 60s; now += 1ms) {
    flow.step(link, now);
    auto t = bottleneck::seconds_since_start(now);
    if (t >= 20 && t < 40) {
      auto queue = std::chrono::duration<double>(link.queue(now)).count();
      worst = std::max(worst, queue);
      if (queue > 0.2)
        long_until = t;
    }
    if (t >= 40 && back < 0 && flow.engine.target_bps() >= 2'400'000)
      back = t - 40;
  }
  if (std::getenv("TROUPE_SCORECARD"))
    std::printf("step 3-0.5-3: worst queue %.2f s, long for %.2f s, back after "
                "%.1f s\n",
                worst, long_until - 20, back);
  CHECK(long_until - 20 <= 1.5);
  CHECK(back >= 0);
  CHECK(back <= 15);
}

TEST_CASE("two flows that share a link get about the same rate") {
  bottleneck link{constant_link(4e6), 1};
  media_flow one{50e6}, other{50e6};
  for (time_point now{}; now < time_point{} + 120s; now += 1ms) {
    one.step(link, now);
    if (now >= time_point{} + 10s)
      other.step(link, now);
    if (now < time_point{} + 30s)
      one.delivered = other.delivered = 0;
  }
  auto sum = (one.delivered + other.delivered) / (4e6 / 8 * 90);
  auto share = one.delivered / (one.delivered + other.delivered);
  if (std::getenv("TROUPE_SCORECARD"))
    std::printf("two: utilisation %.2f, the first gets %.2f\n", sum, share);
  CHECK(sum >= 0.85);
  CHECK(share >= 0.3);
  CHECK(share <= 0.7);
}

TEST_CASE("a competing download does not starve the flow") {
  bottleneck link{constant_link(4e6), 1};
  media_flow flow{50e6};
  tcp_flow tcp;
  for (time_point now{}; now < time_point{} + 90s; now += 1ms) {
    flow.step(link, now);
    if (now >= time_point{} + 10s)
      tcp.step(link, now);
    if (now < time_point{} + 30s)
      flow.delivered = tcp.delivered = 0;
  }
  auto share = flow.delivered / (flow.delivered + tcp.delivered);
  if (std::getenv("TROUPE_SCORECARD"))
    std::printf("beside TCP: share %.2f\n", share);
  CHECK(share >= 0.1);
}

TEST_CASE("a sender limited by its application still finds the capacity") {
  // The link carries ten times the send rate: the estimate follows by probes.
  auto x = run(constant_link(10e6), 30, 1, 1e6);
  print_score("limited to 1 Mbit/s", x);
  CHECK(x.utilisation >= 0.95);
  CHECK(x.short_queue >= 0.99);
}
