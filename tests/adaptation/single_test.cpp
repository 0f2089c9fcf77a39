#include "simulcast_call.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

using namespace troupe;
using namespace troupe::test;

/// Checks docs/bwe.md for a video with one encoding, and for links that are bad
/// only for a while.
namespace {

constexpr double kbps = 470;

rtp::test::link_settings wide(double bps = 10e6) {
  return rtp::test::constant_link(bps);
}

double seconds(net::duration x) {
  return std::chrono::duration<double>(x).count();
}

/// A receiver whose link becomes bad and good again.
struct scene {
  explicit scene(std::vector<double> encodings = {kbps})
      : call(std::move(encodings))
      , x(add(call)) {
    call.run(8s);
  }

  static viewer& add(simulcast_call& call) {
    call.audio_has_feedback = false;
    return call.add(wide());
  }

  void set(const rtp::test::link_settings& link) {
    x.link.settings = link;
    x.clear_figures();
  }

  double estimate() const {
    return static_cast<double>(
        call.shard.find_transport(x.key)->egress().link_bps().value_or(0));
  }

  /// Runs for this time. `back`: the seconds until 12 frames arrived within
  /// half a second; `risen`: the seconds until the estimate sufficed. -1 for
  /// never.
  void run(const char* name, net::duration time) {
    std::vector<int> frames;
    back = risen = -1;
    auto all = x.video().frames;
    for (auto t = 0ms; t < time; t += 100ms) {
      frames.push_back(x.video().frames);
      call.run(100ms);
      auto before = frames.size() < 5 ? frames[0] : frames[frames.size() - 5];
      if (back < 0 && x.video().frames - before >= 12)
        back = seconds(t) + 0.1;
      if (risen < 0 && estimate() >= 1.05 * kbps * 1000)
        risen = seconds(t) + 0.1;
    }
    fps = (x.video().frames - all) / seconds(time);
    if (std::getenv("TROUPE_SCORECARD"))
      std::printf("%-34s back %4.1f s, estimate back %4.1f s (%.0f kbit/s), "
                  "%.1f fps, longest %.2f s, frozen %.1f s, audio %.0f ms %d "
                  "packets, sent %.0f kbit/s, lost %d, pli %d\n",
                  name, back, risen, estimate() / 1000, fps,
                  seconds(x.video().longest), seconds(x.video().frozen),
                  1000 * seconds(x.worst_audio), x.audio_packets,
                  x.sent * 8 / 1000 / seconds(time), x.lost, call.keyframes);
  }

  simulcast_call call;
  viewer& x;
  double back = -1;
  double risen = -1;
  double fps = 0;
};

rtp::test::link_settings jittery(net::duration there, net::duration back) {
  auto link = wide();
  link.jitter = there;
  link.reorders = true;
  link.jitter_back = back;
  return link;
}

} // namespace

TEST_CASE("after jitter that reorders the only encoding is back in 2 s") {
  for (auto most : {50ms, 100ms, 200ms})
    for (int way = 0; way < 3; ++way) {
      CAPTURE(most.count());
      CAPTURE(way);
      scene s;
      auto name = std::to_string(most.count()) + " ms "
                  + (way == 0   ? "both"
                     : way == 1 ? "there"
                                : "back");
      s.set(jittery(way == 2 ? 0ms : most, way == 1 ? 0ms : most));
      s.run(name.c_str(), 10s);
      s.set(wide());
      s.run("  then clean", 22s);
      CHECK(s.back >= 0);
      CHECK(s.back <= 2);
      CHECK(s.risen >= 0);
      CHECK(s.risen <= 4);
    }
}

TEST_CASE("after jitter that reorders the highest encoding is back in 10 s") {
  scene s{{150, 500, 1500}};
  CHECK(s.x.video().encoding == 2);
  s.set(jittery(200ms, 200ms));
  s.run("simulcast, 200 ms both", 10s);
  s.set(wide());
  for (int i = 0; i < 100 && s.x.video().encoding != 2; ++i)
    s.call.run(100ms);
  CHECK(s.x.video().encoding == 2);
  s.set(wide());
  s.run("  then clean", 10s);
  CHECK(s.x.video().encoding == 2);
}

TEST_CASE("a link that carries less than the only encoding keeps the audio") {
  scene s;
  s.set(wide(300e3));
  s.run("300 kbit/s", 5s);
  CHECK(s.x.lost <= 10);
  CHECK(s.x.worst_audio <= 400ms);
  s.x.clear_figures();
  s.run("  afterwards", 60s);
  CHECK(s.x.lost == 0);
  CHECK(s.x.audio_packets >= 60 * 50 - 15); // some are in flight
  CHECK(s.x.worst_audio <= 280ms);
}

TEST_CASE("after ten seconds of a narrow link the only encoding is back") {
  scene s;
  s.set(wide(300e3));
  s.run("300 kbit/s for 10 s", 10s);
  s.set(wide());
  s.run("  then free", 20s);
  CHECK(s.back >= 0);
  CHECK(s.back <= 3);
}

TEST_CASE("after a blackout the only encoding is back in a second") {
  scene s;
  auto link = wide();
  link.loss = link.loss_back = 1;
  s.set(link);
  s.run("blackout", 5s);
  s.set(wide());
  s.run("  then free", 20s);
  CHECK(s.back >= 0);
  CHECK(s.back <= 1);
}

TEST_CASE("loss of a tenth does not stop the only encoding") {
  scene s;
  auto link = wide();
  link.loss = link.loss_back = 0.1;
  s.set(link);
  s.run("10 % loss both ways", 30s);
  CHECK(s.fps >= 25);
  CHECK(s.x.video().longest <= 1s);
}
