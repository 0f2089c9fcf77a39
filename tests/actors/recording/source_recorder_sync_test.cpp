#include "recorded_call.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace troupe;
using namespace troupe::test;

/// Sound and picture in the files that are recorded of a member: flashes and
/// beeps of one moment.

namespace {

using offsets = std::vector<net::duration>;

net::duration median(offsets x) {
  REQUIRE(!x.empty());
  std::ranges::sort(x);
  return x[x.size() / 2];
}

void check_offsets(const offsets& x) {
  using std::chrono::abs;
  REQUIRE(x.size() > 300);
  const auto third = static_cast<ptrdiff_t>(x.size() / 3);
  const auto [least, most] = std::ranges::minmax(x);
  const auto drift = median({x.end() - third, x.end()})
                     - median({x.begin(), x.begin() + third});
  CHECK(abs(median(x)) <= 20ms);
  CHECK(abs(least) <= 45ms);
  CHECK(abs(most) <= 45ms);
  CHECK(abs(drift) <= 10ms);
}

// By the times in the file, and for players that play one packet of audio after
// the other.
void check_sync(const recorded_content& x) {
  check_offsets(sound_offsets(x.pictures, x.sounds));
  check_offsets(sound_offsets(x.pictures, x.played));
}

// The audio lasts from its beginning to the end of the recording.
void check_length(const recorded_content& x, net::duration end) {
  CHECK(std::chrono::abs(x.sound_length - (end - x.first_sound)) <= 40ms);
}

// Each delta frame follows the frame before it.
bool all_decodable(const recorded_call& from, const recorded_content& x) {
  const auto& numbers = x.picture_numbers;
  const auto& originals = from.video.originals;
  for (size_t i = 0; i < numbers.size(); ++i)
    if (!originals[numbers[i]].key
        && (i == 0 || numbers[i] != numbers[i - 1] + 1))
      return false;
  return x.unknown_pictures == 0;
}

// What the only file has.
recorded_content finish(recorded_call& x) {
  x.finish();
  auto found = x.contents();
  REQUIRE(found.size() == 1);
  return std::move(found[0]);
}

constexpr double clock_errors[] = {-100, 0, 100}; // in ppm

} // namespace

TEST_CASE("the sound of a call is in step with its pictures") {
  for (const auto ppm : clock_errors) {
    CAPTURE(ppm);
    recorded_call x{ppm};
    x.begin(x.video);
    x.begin(x.audio);
    x.run(5min);
    const auto found = finish(x);
    check_sync(found);
    check_length(found, 5min);
    CHECK(all_decodable(x, found));
  }
}

TEST_CASE("a microphone that is added a moment later is in the same file") {
  recorded_call x;
  x.begin(x.video);
  x.run(800ms);
  x.begin(x.audio);
  x.run(20s);
  const auto found = finish(x);
  CHECK(found.pictures.front().captured < 100ms);
}

TEST_CASE("sound that begins after five minutes of video is in step") {
  recorded_call x{30};
  x.begin(x.video);
  SUBCASE("from a microphone that is switched on then") {
    x.run(5min);
    x.begin(x.audio);
  }
  SUBCASE("from a microphone that was paused") {
    x.begin(x.audio, true);
    x.run(5min);
    x.pause(x.audio, false);
  }
  SUBCASE("from a microphone that sent nothing") {
    x.begin(x.audio);
    x.audio.sending = x.audio.reporting = false;
    x.run(5min);
    x.audio.sending = x.audio.reporting = true;
  }
  x.run(8min);
  x.finish();
  const auto found = x.contents();
  REQUIRE(found.size() == 2);
  CHECK(found[0].sounds.empty());
  CHECK(found[0].pictures.size() > 8900);
  check_sync(found[1]);
  check_length(found[1], 8min);
  for (const auto& content : found)
    CHECK(all_decodable(x, content));
}

TEST_CASE("a minute of muted sound is silence, and sound is in step after it") {
  recorded_call x{50};
  x.begin(x.video);
  x.begin(x.audio);
  x.run(1min);
  SUBCASE("the producer is paused") {
    x.pause(x.audio, true);
    x.run(2min);
    x.pause(x.audio, false);
  }
  SUBCASE("the producer is paused, and the media clock stops") {
    x.pause(x.audio, true);
    x.audio.media_clock_stops = true;
    x.run(2min);
    x.pause(x.audio, false);
  }
  SUBCASE("nothing is sent") {
    x.audio.sending = false;
    x.run(2min);
    x.audio.sending = true;
  }
  x.run(4min);
  const auto found = finish(x);
  check_sync(found);
  check_length(found, 4min);
  CHECK(all_decodable(x, found));
}

TEST_CASE("what an encoder leaves out of silence is silence") {
  for (const auto ppm : clock_errors) {
    CAPTURE(ppm);
    recorded_call x{ppm};
    // Opus sends one packet in 400 ms while nobody speaks.
    x.audio.left_out = [](int n) {
      return n % 500 > 200 && n % 20 != 0;
    };
    x.begin(x.video);
    x.begin(x.audio);
    x.run(5min);
    const auto found = finish(x);
    check_sync(found);
    check_length(found, 5min);
  }
}

TEST_CASE("with loss that late repairs undo, 99 of 100 frames are in step") {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    recorded_call x{0, seed};
    x.begin(x.video);
    x.begin(x.audio);
    x.run(100ms);
    for (auto* track : {&x.audio, &x.video}) {
      auto& network = track->cfg.network;
      network.loss = 0.05;
      network.repair_to = 900ms;
      network.reordered = 0.1;
      network.duplicated = 0.02;
    }
    x.run(2min);
    x.audio.sending = x.video.sending = false; // the last repairs come
    x.run(122s);
    const auto found = finish(x);
    const auto part = [](size_t recorded, const recorded_track& sent) {
      return static_cast<double>(recorded)
             / static_cast<double>(sent.originals.size());
    };
    CHECK(part(found.pictures.size(), x.video) >= 0.99);
    CHECK(part(found.sounds.size(), x.audio) >= 0.99);
    CHECK(all_decodable(x, found));
    check_sync(found);
    check_length(found, 122s);
  }
}

TEST_CASE("another camera leaves the sound in step, through a mute, too") {
  recorded_call x{20};
  x.begin(x.video);
  x.begin(x.audio);
  x.run(1min);
  x.end(x.video);
  x.run(80s);
  x.begin(x.video);
  x.run(2min);
  x.pause(x.audio, true);
  x.run(5min);
  x.pause(x.audio, false);
  x.run(7min);
  const auto found = finish(x);
  check_sync(found);
  check_length(found, 7min);
}
