#include "bench/load/media/frame_arrivals.hpp"
#include "bench/load/media/stamp.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

constexpr net::time_point start{100s};

} // namespace

TEST_CASE("a frame's latency ends with the arrival of its last packet") {
  frame_arrivals x;
  for (int i = 0; i < 3; ++i) {
    auto& frame = x.handle_packet(3000, start + i * 2ms);
    CHECK_FALSE(frame.poll_latency());
  }
  auto& frame = x.handle_packet(3000, start + 9ms);
  frame.measure(4, true, start + 5ms);
  CHECK(frame.keyframe);
  CHECK(*frame.poll_latency() == 4ms);
  // Only once.
  CHECK_FALSE(frame.poll_latency());
}

TEST_CASE("a frame that misses a packet has no latency until it comes") {
  frame_arrivals x;
  x.handle_packet(3000, start);
  auto& last = x.handle_packet(3000, start + 3ms);
  last.measure(3, false, start + 2ms);
  CHECK_FALSE(last.poll_latency());
  // Packets of later frames come in between.
  for (uint32_t i = 2; i < 8; ++i)
    CHECK_FALSE(x.handle_packet(3000 * i, start + i * 33ms).poll_latency());
  CHECK(*x.handle_packet(3000, start + 300ms).poll_latency() == 298ms);
}

TEST_CASE("the latest arrival counts, in whatever order packets are handled") {
  frame_arrivals x;
  auto& last = x.handle_packet(3000, start + 8ms);
  last.measure(2, false, start);
  CHECK_FALSE(last.poll_latency());
  CHECK(*x.handle_packet(3000, start + 5ms).poll_latency() == 8ms);
}

TEST_CASE("frames that are not measured, or forgotten, have no latency") {
  frame_arrivals x;
  CHECK_FALSE(x.handle_packet(1, start).poll_latency());
  x.handle_packet(2, start).measure(2, false, start);
  for (uint32_t i = 0; i < frame_arrivals::window; ++i)
    x.handle_packet(100 + i, start);
  // Its slot belongs to another frame now.
  CHECK_FALSE(x.handle_packet(2, start + 1ms).poll_latency());
}

TEST_CASE("a stamp is read as it was written") {
  std::array<uint8_t, stamp::size> octets{};
  stamp x{7, 8, start, 1500us, 20, true};
  x.write(octets.data());
  CHECK(stamp::read(octets) == x);
  CHECK(stamp::read(octets)->planned() == start - 1500us);
  // Lateness has bounds.
  x.late = 1h;
  x.write(octets.data());
  CHECK(stamp::read(octets)->late == std::chrono::nanoseconds{0xFFFFFFFF});
  x.late = -1ms;
  x.write(octets.data());
  CHECK(stamp::read(octets)->late == 0ms);
}
