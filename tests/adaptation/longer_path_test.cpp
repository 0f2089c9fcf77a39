#include "simulcast_call.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// The number of frames that arrive in a time.
int frames_in(net::duration time, simulcast_call& call, const viewer& of) {
  auto before = of.video().frames;
  call.run(time);
  return of.video().frames - before;
}

} // namespace

// Clients with mediasoup-client's settings send feedback on video only: without
// video the only feedback is on probes.
TEST_CASE("a longer network path does not stop the video for good") {
  const std::vector<std::vector<double>> sources{{150, 500, 1500}, {400}, {40}};
  for (const auto& encodings : sources)
    for (auto by : {80ms, 150ms, 300ms}) {
      CAPTURE(encodings.front());
      CAPTURE(by.count());
      simulcast_call call{encodings};
      call.audio_has_feedback = false;
      auto& x = call.add(rtp::test::constant_link(20e6));
      call.run(20s);
      x.link.settings.propagation += by;
      call.run(7s);
      CHECK(frames_in(3s, call, x) >= 60);
      call.run(20s);
      CHECK(frames_in(5s, call, x) >= 145);
      CHECK(x.video().encoding == encodings.size() - 1);
    }
}
