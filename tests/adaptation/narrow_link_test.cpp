#include "simulcast_call.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// How many frames of both videos come in a time.
int frames_in(net::duration time, simulcast_call& call, viewer& of) {
  of.clear_figures();
  call.run(time);
  return of.video(0).frames + of.video(1).frames;
}

} // namespace

// Where nothing but video is told of, holding it back to let a queue drain ends
// all news; and what comes after that says little of what the link carries.
TEST_CASE("a link that becomes narrow keeps showing somebody") {
  for (auto kbps : {250, 350, 450}) {
    CAPTURE(kbps);
    simulcast_call call{{130, 450}};
    call.audio_is_told = false;
    auto& x = call.add(rtp::test::constant_link(20e6), 2);
    call.run(20s);
    x.link.settings.capacity = [=](double) {
      return kbps * 1e3;
    };
    call.run(1500ms);
    CHECK(frames_in(2s, call, x) >= 40);
    for (int i = 0; i < 10; ++i)
      CHECK(frames_in(2s, call, x) >= 55);
  }
}
