#include "tests/rtp/recording/recorded_sender.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

/// The sync of a recorded camera and microphone over minutes of virtual time.

namespace {

/// Camera and microphone of one member: their clocks and delays differ.
struct recorded_member {
  std::shared_ptr<rtp::sync_group> sync = std::make_shared<rtp::sync_group>();
  recorded_track audio;
  recorded_track video;

  explicit recorded_member(double ppm, uint32_t seed = 1)
      : audio(audio_of(ppm, seed, sync))
      , video(video_of(ppm, seed, sync)) {}

  void run(net::duration until) {
    run_together(until, audio, video);
  }

  void finish(net::duration when) {
    audio.finish(when);
    video.finish(when);
  }

private:
  static recorded_track::config audio_of(double ppm, uint32_t seed,
                                         std::shared_ptr<rtp::sync_group> to) {
    recorded_track::config x;
    x.codec = sent_codec::opus;
    x.interval = 20ms;
    x.key_every = 1;
    x.seed = seed;
    x.sync = std::move(to);
    // The sound card runs against the wall clock.
    x.media_ppm = ppm - 50;
    x.wall_ppm = ppm;
    x.encoding = 10ms;
    x.report_every = 5s;
    x.network = {.loss = 0.01, .jitter = 15ms};
    return x;
  }

  static recorded_track::config video_of(double ppm, uint32_t seed,
                                         std::shared_ptr<rtp::sync_group> to) {
    recorded_track::config x;
    x.seed = seed + 1000;
    x.sync = std::move(to);
    x.media_ppm = ppm;
    x.wall_ppm = ppm;
    x.encoding = 120ms;
    x.network = {.loss = 0.01, .jitter = 60ms};
    return x;
  }
};

/// How much later than its capture each original was recorded, from `since` on.
std::vector<net::duration> lateness(const recorded_track& x,
                                    net::duration since) {
  std::vector<net::duration> out;
  for (const auto& frame : x.frames)
    if (auto number = x.original(frame); number && frame.time >= since)
      out.push_back(frame.time - (x.originals[*number].captured - at(0ms)));
  return out;
}

net::duration median(std::vector<net::duration> x) {
  REQUIRE(!x.empty());
  std::ranges::sort(x);
  return x[x.size() / 2];
}

net::duration spread(const std::vector<net::duration>& x) {
  auto [least, most] = std::ranges::minmax_element(x);
  return *most - *least;
}

void check_sync(const recorded_member& x, net::duration since,
                net::duration most_spread) {
  auto audio = lateness(x.audio, since);
  auto video = lateness(x.video, since);
  CHECK(std::chrono::abs(median(audio) - median(video)) <= 20ms);
  CHECK(spread(audio) <= most_spread);
  CHECK(spread(video) <= most_spread);
}

} // namespace

TEST_CASE("clocks that run apart do not move the tracks apart") {
  for (auto ppm : {-100.0, 0.0, 100.0}) {
    CAPTURE(ppm);
    recorded_member x{ppm};
    x.run(10min);
    x.finish(10min);
    // 60 ms would add up without correction.
    check_sync(x, 0s, 10ms);
    CHECK(x.audio.jumps.empty());
    CHECK(x.video.jumps.empty());
    CHECK(std::chrono::abs(x.audio.decoded()
                           - (10min - x.audio.frames.front().time))
          <= 40ms);
  }
}

TEST_CASE("the first frames are in step, too") {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    recorded_member x{0, seed};
    x.run(12s);
    x.finish(12s);
    check_sync(x, 0s, 10ms);
    CHECK(x.audio.frames.front().time < 200ms);
    CHECK(x.video.frames.front().time < 300ms);
  }
}

TEST_CASE("video that starts late is in step at once") {
  recorded_member x{20};
  x.video.sending = false;
  x.video.reporting = false;
  x.run(60s);
  CHECK(x.audio.frames.size() > 2500);
  x.video.sending = x.video.reporting = true;
  x.run(120s);
  x.finish(120s);
  check_sync(x, 0s, 10ms);
}

TEST_CASE("a minute without sound leaves the tracks in step") {
  recorded_member x{50};
  x.run(30s);
  x.audio.sending = false;
  SUBCASE("while the media clock runs") {}
  SUBCASE("while the media clock stands still") {
    x.audio.media_clock_stops = true;
  }
  x.run(90s);
  x.audio.sending = true;
  x.run(150s);
  x.finish(150s);
  check_sync(x, 0s, 15ms);
  CHECK(
      std::chrono::abs(x.audio.decoded() - (150s - x.audio.frames.front().time))
      <= 40ms);
}

TEST_CASE("lost reports leave the tracks in step") {
  recorded_member x{80};
  std::mt19937 dice{7};
  x.run(20s);
  // None at all for two minutes, then few.
  x.audio.reporting = x.video.reporting = false;
  x.run(140s);
  for (auto t = 141s; t <= 300s; t += 1s) {
    x.audio.reporting = dice() % 4 == 0;
    x.video.reporting = dice() % 4 == 0;
    x.run(t);
  }
  x.finish(300s);
  // The sound card ran 50 ppm apart for two minutes.
  check_sync(x, 0s, 15ms);
}

TEST_CASE("absurd reports are ignored") {
  recorded_member x{-30};
  std::mt19937 dice{3};
  auto spoil = [&](rtp::rtcp::sender_info& info) {
    switch (dice() % 6) {
      case 0:
        info.ntp.value = 0;
        break;
      case 1:
        info.ntp.value = uint64_t{dice()} << 32;
        break;
      case 2:
        info.rtp_timestamp = dice();
        break;
      default:
        break;
    }
  };
  x.run(20s);
  x.audio.spoil = x.video.spoil = spoil;
  x.run(300s);
  x.finish(300s);
  check_sync(x, 0s, 10ms);
  CHECK(x.video.recorder.stats().reports_ignored > 50);
  CHECK(x.audio.jumps.empty());
}

TEST_CASE("absurd first reports are corrected") {
  recorded_member x{0};
  auto first = true;
  x.audio.spoil = [&](rtp::rtcp::sender_info& info) {
    if (std::exchange(first, false))
      info.ntp.value += uint64_t{3600} << 32;
  };
  x.run(240s);
  x.finish(240s);
  check_sync(x, 180s, 10ms);
}

TEST_CASE("without any report the tracks are recorded by their arrival") {
  recorded_member x{0};
  x.audio.reporting = x.video.reporting = false;
  x.run(60s);
  x.finish(60s);
  CHECK(x.audio.frames.size() > 2900);
  auto audio = lateness(x.audio, 0s);
  auto video = lateness(x.video, 0s);
  // Video is encoded 110 ms longer.
  CHECK(std::chrono::abs(median(audio) - median(video)) <= 150ms);
}

TEST_CASE("the sender's clock may be set") {
  recorded_member x{0};
  x.run(30s);
  auto spoil = [](rtp::rtcp::sender_info& info) {
    info.ntp.value += uint64_t{7200} << 32;
  };
  x.audio.spoil = x.video.spoil = spoil;
  x.run(120s);
  x.finish(120s);
  check_sync(x, 0s, 15ms);
  CHECK(x.audio.jumps.empty());
  CHECK(x.video.jumps.empty());
}

TEST_CASE("capture times of packets keep the tracks in step without reports") {
  recorded_member x{0};
  auto sync = std::make_shared<rtp::sync_group>();
  auto with_times = [&](recorded_track::config from) {
    from.sync = sync;
    from.extensions = rtp::extension_map::defaults();
    return from;
  };
  recorded_track audio{with_times(x.audio.cfg)};
  recorded_track video{with_times(x.video.cfg)};
  audio.reporting = video.reporting = false;
  run_together(60s, audio, video);
  audio.finish(60s);
  video.finish(60s);
  CHECK(std::chrono::abs(median(lateness(audio, 0s))
                         - median(lateness(video, 0s)))
        <= 20ms);
  CHECK(audio.frames.front().time < 200ms);
}
