#include "actors/media/producer_speech.hpp"

#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

constexpr uint8_t level_id = 10;

rtp::extension_map ids() {
  rtp::extension_map out;
  REQUIRE(out.set(rtp::extension::audio_level, level_id));
  return out;
}

struct scene {
  // A producer sends for a second, at this level.
  void send(producer_speech& who, uint8_t level) {
    rtp_builder x;
    x.extensions = {{level_id, {level}}};
    for (int packet = 0; packet < 50; ++packet) {
      now += 20ms;
      who.handle_packets({x.make(now)}, now);
    }
  }

  net::time_point now{1h};
};

} // namespace

TEST_CASE("without audio nothing is read, and all is forwarded") {
  scene at;
  producer_speech video;
  CHECK_FALSE(video.listens());
  CHECK_FALSE(video.limited());
  CHECK_FALSE(video.leaves_out(at.now));
  CHECK_FALSE(video.take_left_out());
}

TEST_CASE("the levels of packets tell when a member speaks") {
  scene at;
  auto member = std::make_shared<speech_activity>(at.now);
  producer_speech speech;
  speech.begin(producer_id{"p"}, ids(), member, nullptr);
  CHECK(speech.listens());
  CHECK_FALSE(speech.limited());
  at.send(speech, 90);
  CHECK_FALSE(member->recent_volume(at.now, 1s));
  at.send(speech, 20);
  CHECK(member->recent_volume(at.now, 1s));
  CHECK_FALSE(speech.leaves_out(at.now));
}

TEST_CASE("packets are left out while others are louder") {
  scene at;
  auto loudest =
      std::make_shared<loudest_speakers>(loudest_speakers_limits{1, 0});
  loudest->set_members(100);
  producer_speech loud, quiet;
  loud.begin(producer_id{"loud"}, ids(), nullptr, loudest);
  quiet.begin(producer_id{"quiet"}, ids(), nullptr, loudest);
  CHECK(quiet.listens());
  CHECK(quiet.limited());
  at.send(loud, 20);
  CHECK_FALSE(loud.leaves_out(at.now));
  at.send(quiet, 70);
  CHECK(quiet.leaves_out(at.now));
  CHECK(quiet.leaves_out(at.now));
  CHECK_FALSE(loud.leaves_out(at.now));
  CHECK_FALSE(loud.take_left_out());
  // The other one pauses.
  loud.set_running(false);
  at.send(quiet, 70);
  CHECK_FALSE(quiet.leaves_out(at.now));
  // What follows is told once that there is a gap.
  CHECK(quiet.take_left_out());
  CHECK_FALSE(quiet.take_left_out());
}
