#include "actors/config/config.hpp"
#include "simulcast_call.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

using namespace troupe;
using namespace troupe::test;

/// The table of docs/bwe.md: every link of the scorecard, through the whole
/// path. `TROUPE_SCORECARD=1 adaptation_test -tc='*scorecard*'` prints it.
namespace {

using rtp::test::bottleneck;
using rtp::test::constant_link;
using rtp::test::link_settings;

constexpr auto settling = 20s;
constexpr auto counted = 60s;
constexpr double counted_seconds = 60;

link_settings lossy(double loss, double burst = 0) {
  auto out = constant_link(3e6);
  out.loss = loss;
  out.burst_loss = burst;
  return out;
}

struct row {
  const char* name;
  link_settings link;
  size_t receivers = 1;
  size_t videos = 1;
  size_t downloads = 0;
  net::duration feedback_wait{};
};

/// The figures of one receiver in the minute that counts.
struct figures {
  std::array<double, 2> encoding{-1, -1}; // at the end, of each video
  double converged = -1; // s until the final encodings were first sent
  double used = 0;       // of the capacity
  double estimated = 0;  // the mean estimate, of the capacity
  double calm = 0;       // share of the time with less than 100 ms of queue
  double queue = 0;      // the 95th percentile, ms
  double lost = 0;       // share of the packets
  double switches = 0;   // of all videos, a minute
  double frozen = 0;     // s
  double longest = 0;    // s between two frames
  double audio = 0;      // the longest delay, ms
};

class course {
public:
  explicit course(row x) : row_(std::move(x)) {
    auto link = std::make_shared<bottleneck>(row_.link, 1);
    for (size_t i = 0; i < row_.receivers; ++i)
      call_.add(link, row_.videos).feedback_wait = row_.feedback_wait;
    tcp_.resize(row_.downloads);
    if (row_.downloads > 0)
      call_.meanwhile = [this, link](net::time_point now) {
        for (auto& flow : tcp_)
          flow.step(*link, now);
      };
  }

  std::vector<figures> run() {
    std::vector<figures> out(row_.receivers);
    std::vector<net::time_point> since(row_.receivers, call_.now);
    std::vector<std::array<int, 2>> last(row_.receivers, {-1, -1});
    std::vector<double> queues;
    for (auto t = 0ms; t < settling + counted; t += 50ms) {
      if (t == settling)
        for (auto& x : call_.viewers)
          x->clear_figures();
      call_.run(50ms);
      for (size_t i = 0; i < out.size(); ++i) {
        auto shown = encodings_of(i);
        if (shown != last[i])
          since[i] = call_.now;
        last[i] = shown;
        if (t >= settling)
          out[i].estimated += estimate_of(i) / capacity() / 1200;
      }
      if (t >= settling)
        queues.push_back(std::chrono::duration<double, std::milli>(
                             call_.viewers[0]->link.queue(call_.now))
                             .count());
    }
    for (size_t i = 0; i < out.size(); ++i) {
      finish(out[i], *call_.viewers[i], queues);
      out[i].converged =
          std::chrono::duration<double>(since[i] - call_start).count();
    }
    return out;
  }

private:
  double capacity() const {
    return row_.link.capacity(bottleneck::seconds_since_start(call_.now));
  }

  std::array<int, 2> encodings_of(size_t i) const {
    std::array<int, 2> out{-1, -1};
    for (size_t v = 0; v < row_.videos; ++v)
      if (auto x = call_.viewers[i]->video(v).encoding)
        out[v] = *x;
    return out;
  }

  double estimate_of(size_t i) const {
    auto* sender = call_.shard.find_transport(call_.viewers[i]->key);
    return static_cast<double>(sender->egress().link_bps().value_or(0));
  }

  void finish(figures& out, const viewer& x, std::vector<double> queues) const {
    for (size_t v = 0; v < row_.videos; ++v) {
      out.encoding[v] = x.video(v).encoding.value_or(9);
      out.switches += x.video(v).switches * 60 / counted_seconds;
      out.frozen += std::chrono::duration<double>(x.video(v).frozen).count();
      out.longest =
          std::max(out.longest,
                   std::chrono::duration<double>(x.video(v).longest).count());
    }
    out.used = x.delivered * 8 / counted_seconds / capacity();
    std::ranges::sort(queues);
    out.queue = queues[queues.size() * 95 / 100];
    out.calm = static_cast<double>(std::ranges::lower_bound(queues, 100.0)
                                   - queues.begin())
               / static_cast<double>(queues.size());
    out.lost = x.lost / (x.sent / 1000);
    out.audio =
        std::chrono::duration<double, std::milli>(x.worst_audio).count();
  }

  row row_;
  simulcast_call call_;
  std::vector<rtp::test::tcp_flow> tcp_;
};

void tell(const char* name, const figures& x) {
  if (std::getenv("TROUPE_SCORECARD"))
    std::printf("%-26s enc %.0f %2.0f | converged %4.1f s | used %3.0f %% "
                "(estimate %3.0f %%) | queue p95 %4.0f ms, < 100 ms %3.0f %% | "
                "lost %.1f %% | switches %.0f/min | frozen %.2f s, at once "
                "%.2f s | audio %.0f ms\n",
                name, x.encoding[0], x.encoding[1], x.converged, 100 * x.used,
                100 * x.estimated, x.queue, 100 * x.calm, 100 * x.lost,
                x.switches, x.frozen, x.longest, x.audio);
}

figures alone(row x) {
  auto out = course{x}.run();
  tell(x.name, out[0]);
  return out[0];
}

} // namespace

TEST_CASE("the scorecard's constant links") {
  for (auto& [bps, encoding] :
       {std::pair{0.3e6, 0}, {1e6, 1}, {3e6, 2}, {10e6, 2}}) {
    auto name = std::to_string(bps / 1e6) + " Mbit/s";
    CAPTURE(name);
    auto x = alone({name.c_str(), constant_link(bps)});
    CHECK(x.encoding[0] == encoding);
    CHECK(x.calm >= 0.9);
    CHECK(x.switches <= 2);
    CHECK(x.frozen <= 0.5);
  }
}

TEST_CASE("the scorecard's lossy links") {
  auto jitter = constant_link(3e6);
  jitter.jitter = 100ms;
  for (auto& x : std::vector<row>{{"1 % loss", lossy(0.01)},
                                  {"5 % loss", lossy(0.05)},
                                  {"1 % in bursts", lossy(0.01, 0.5)},
                                  {"100 ms jitter", jitter}}) {
    CAPTURE(x.name);
    auto got = alone(x);
    CHECK(got.encoding[0] >= 1);
    CHECK(got.calm >= 0.9);
    CHECK(got.switches <= 2);
    CHECK(got.frozen <= 2);
  }
}

TEST_CASE("the scorecard where feedback waits as long as reports may") {
  const auto wait = actors::config{}.rtc.report_wait;
  for (auto& [bps, encoding] : {std::pair{0.3e6, 0}, {1e6, 1}, {3e6, 2}}) {
    auto name = std::to_string(bps / 1e6) + " Mbit/s, feedback waits";
    CAPTURE(name);
    auto x = alone({name.c_str(), constant_link(bps), 1, 1, 0, wait});
    CHECK(x.encoding[0] == encoding);
    CHECK(x.calm >= 0.9);
    CHECK(x.switches <= 2);
    CHECK(x.frozen <= 0.5);
  }
  auto x = alone({"5 % loss, feedback waits", lossy(0.05), 1, 1, 0, wait});
  CHECK(x.encoding[0] >= 1);
  CHECK(x.calm >= 0.9);
  CHECK(x.switches <= 2);
  CHECK(x.frozen <= 2);
}

TEST_CASE("the scorecard's competitors") {
  auto videos = alone({"two videos, 2.4 Mbit/s", constant_link(2.4e6), 1, 2});
  CHECK(videos.switches <= 2);
  CHECK(videos.calm >= 0.9);
  for (double bps : {2.4e6, 4e6}) {
    row two{bps < 3e6 ? "two receivers, 2.4 Mbit/s" : "two receivers, 4 Mbit/s",
            constant_link(bps), 2};
    CAPTURE(two.name);
    auto both = course{two}.run();
    for (const auto& x : both) {
      tell(two.name, x);
      CHECK(x.encoding[0] >= 1);
      CHECK(x.calm >= 0.9);
      CHECK(x.switches <= 2);
      CHECK(x.frozen <= 1);
    }
  }
}

TEST_CASE("the scorecard's downloads leave a video") {
  for (size_t count : {1, 2, 3, 5}) {
    auto name = std::to_string(count) + " downloads, 4 Mbit/s";
    CAPTURE(name);
    auto x = alone({name.c_str(), constant_link(4e6), 1, 1, count});
    // The video freezes for at most a second and takes at most half of the
    // link.
    CHECK(x.longest <= 1);
    CHECK(x.used >= 0.05);
    CHECK(x.used <= 0.5);
    CHECK(x.audio <= 500);
  }
}

TEST_CASE("the scorecard's links through TCP") {
  for (double loss : {0.0, 0.01}) {
    auto link = lossy(loss);
    link.reliable = true;
    auto x = alone({loss > 0 ? "ICE-TCP, 1 % loss" : "ICE-TCP", link});
    CHECK(x.encoding[0] >= 1);
    CHECK(x.lost == 0);
    CHECK(x.switches <= (loss > 0 ? 8 : 2));
    CHECK(x.frozen <= 2);
  }
}

namespace {

// From 3 to 0.5 to 3 Mbit/s.
void check_steps(net::duration feedback_wait) {
  link_settings link;
  link.longest_queue = 1s;
  link.capacity = [](double t) {
    return t < 120 ? 3e6 : t < 150 ? 0.5e6 : 3e6;
  };
  simulcast_call call;
  auto& x = call.add(link);
  x.feedback_wait = feedback_wait;
  call.run(20s);
  x.clear_figures();
  double down = -1, back = -1, queued = 0;
  for (int i = 0; i < 600; ++i) {
    call.run(100ms);
    auto t = i * 0.1 + 0.1;
    if (down < 0 && x.video().encoding == 0)
      down = t;
    if (t <= 30 && x.link.queue(call.now) > 200ms)
      queued = t;
    if (t > 30 && back < 0 && x.video().encoding == 2)
      back = t - 30;
  }
  if (std::getenv("TROUPE_SCORECARD"))
    std::printf("3-0.5-3 Mbit/s: down %.1f s, queue < 200 ms after %.1f s, "
                "back %.1f s, switches %d, frozen %.2f s, lost %d\n",
                down, queued, back, x.video().switches,
                std::chrono::duration<double>(x.video().frozen).count(),
                x.lost);
  CHECK(down > 0);
  CHECK(down <= 3);
  CHECK(queued <= 1.5);
  CHECK(back > 0);
  CHECK(back <= 15);
  CHECK(x.video().switches <= 4);
  CHECK(x.video().frozen <= 1s);
}

} // namespace

TEST_CASE("the scorecard's steps") {
  check_steps({});
}

TEST_CASE("the scorecard's steps where feedback waits") {
  check_steps(actors::config{}.rtc.report_wait);
}
