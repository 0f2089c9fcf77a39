#include "simulcast_call.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// Two videos of 130 or 450 kbit/s each, and audio without feedback, on a link
/// that becomes narrow.
struct narrowed {
  explicit narrowed(double bps) : x(add()) {
    call.run(20s);
    x.link.settings.capacity = [=](double) {
      return bps;
    };
  }

  /// The number of frames of both videos that arrive in a time.
  int frames_in(net::duration time) {
    x.clear_figures();
    call.run(time);
    return x.video(0).frames + x.video(1).frames;
  }

  viewer& add() {
    call.audio_has_feedback = false;
    return call.add(rtp::test::constant_link(20e6), 2);
  }

  simulcast_call call{{130, 450}};
  viewer& x;
};

} // namespace

// If only video has feedback, holding it back to drain a queue ends all
// feedback; and the arrivals after that show little of what the link carries.
TEST_CASE("a link that becomes narrow still carries one video") {
  for (auto kbps : {250, 350, 450}) {
    CAPTURE(kbps);
    narrowed link{kbps * 1e3};
    link.call.run(1500ms);
    CHECK(link.frames_in(2s) >= 40);
    for (int i = 0; i < 10; ++i)
      CHECK(link.frames_in(2s) >= 40);
  }
}

TEST_CASE("audio without feedback is deducted from the estimate only once") {
  narrowed link{380e3};
  link.call.run(5s);
  for (int i = 0; i < 10; ++i)
    CHECK(link.frames_in(2s) >= 110);
}
