#include "rtp/receive/layer_monitor.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr rtp::producer_layout three{rtp::layering::simulcast, 3, 1, false};

struct sender {
  rtp::layer_monitor monitor{three};
  net::duration now{0};

  // Sends a frame of each of these encodings at this rate.
  void run(std::initializer_list<uint8_t> encodings, net::duration span,
           net::duration step = 33ms) {
    for (auto end = now + span; now < end; now += step)
      for (auto encoding : encodings) {
        auto x = rtp::media_packet{make_packet({}, at(now)), 1, 1, encoding};
        x.start_of_frame = true;
        monitor.handle_batch({x}, at(now));
      }
  }
};

} // namespace

TEST_CASE("a layer that stops is detected within a second") {
  sender x;
  x.run({0, 1, 2}, 2s);
  CHECK(x.monitor.alive() == 0xFF);
  CHECK_FALSE(x.monitor.poll_changed());
  x.run({0, 1}, 500ms);
  CHECK(x.monitor.alive() == 0xFF);
  x.run({0, 1}, 300ms);
  CHECK(x.monitor.alive() == 0xFB);
  CHECK(x.monitor.poll_changed());
  x.run({0, 1, 2}, 33ms);
  CHECK(x.monitor.alive() == 0xFF);
  CHECK(x.monitor.poll_changed());
}

TEST_CASE("a layer that never came is soon given up") {
  sender x;
  x.run({0}, 200ms);
  CHECK(x.monitor.alive() == 0xFF);
  x.run({0}, 200ms);
  CHECK(x.monitor.alive() == 0xF9);
}

TEST_CASE("all layers stay alive if all fall silent") {
  sender x;
  x.run({0, 1, 2}, 2s);
  x.now += 60s;
  x.run({0}, 33ms);
  CHECK(x.monitor.alive() == 0xFF);
  // A low frame rate is no reason either.
  x.run({0, 1, 2}, 10s, 1s);
  x.run({0, 1}, 3s, 1s);
  CHECK(x.monitor.alive() == 0xFF);
}
