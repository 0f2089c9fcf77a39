#include "rtp/receive/frame_hold.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

using numbers = std::vector<int64_t>;

/// A hold of 10 ms, and what it lets through.
struct scene {
  static rtp::media_packet make(int64_t sequence, int64_t timestamp,
                                bool marker = false) {
    packet_spec spec;
    spec.marker = marker;
    rtp::media_packet out{make_packet(spec, at(0ms)), sequence, timestamp};
    out.end_of_frame = marker;
    return out;
  }

  numbers take() {
    numbers out;
    for (const auto& x : hold.released())
      out.push_back(x.sequence);
    hold.released().clear();
    return out;
  }

  numbers feed(std::vector<rtp::media_packet> x, net::duration when) {
    hold.handle_packets(x, at(when));
    CHECK(x.empty());
    return take();
  }

  numbers feed(rtp::media_packet x, net::duration when) {
    return feed(std::vector{std::move(x)}, when);
  }

  rtp::frame_hold hold{10ms};
};

} // namespace

TEST_CASE("the packets of a frame wait for its marker") {
  scene x;
  CHECK(x.feed(scene::make(1, 0), 0ms).empty());
  CHECK(x.hold.poll_timeout() == at(10ms));
  CHECK(x.feed(scene::make(2, 0), 2ms).empty());
  CHECK(x.hold.poll_timeout() == at(10ms));
  CHECK(x.feed(scene::make(3, 0, true), 4ms) == numbers{1, 2, 3});
  CHECK(x.hold.waited() == 4ms);
  CHECK_FALSE(x.hold.poll_timeout());
}

TEST_CASE("a frame that comes as a whole does not wait") {
  scene x;
  CHECK(x.feed({scene::make(1, 0), scene::make(2, 0, true)}, 0ms)
        == numbers{1, 2});
  CHECK(x.hold.waited() == 0ms);
  CHECK(x.feed(scene::make(3, 1, true), 1ms) == numbers{3});
  CHECK(x.hold.waited() == 0ms);
}

TEST_CASE("a spatial layer that ends waits for no marker") {
  scene x;
  CHECK(x.feed(scene::make(1, 0), 0ms).empty());
  auto last = scene::make(2, 0);
  last.end_of_frame = true;
  CHECK(x.feed(last, 1ms) == numbers{1, 2});
}

TEST_CASE("without a marker the next timestamp ends the wait") {
  scene x;
  CHECK(x.feed(scene::make(1, 0), 0ms).empty());
  CHECK(x.feed(scene::make(3, 3000), 5ms) == numbers{1});
  CHECK(x.hold.waited() == 5ms);
  CHECK(x.hold.poll_timeout() == at(15ms));
  CHECK(x.feed(scene::make(4, 3000, true), 6ms) == numbers{3, 4});
}

TEST_CASE("a lost marker delays a frame by no more than the limit") {
  scene x;
  CHECK(x.feed(scene::make(1, 0), 0ms).empty());
  x.hold.handle_timeout(at(9ms));
  CHECK(x.take().empty());
  x.hold.handle_timeout(at(10ms));
  CHECK(x.take() == numbers{1});
  CHECK(x.hold.waited() == 10ms);
  // A timer that comes late is a delay.
  CHECK(x.feed(scene::make(2, 1), 20ms).empty());
  x.hold.handle_timeout(at(50ms));
  CHECK(x.take() == numbers{2});
  CHECK(x.hold.waited() == 10ms);
}

TEST_CASE("a long key frame leaves in slices") {
  scene x;
  std::vector<size_t> slices;
  int64_t sent = 0;
  for (int64_t i = 0; i < 20; ++i) {
    auto out = x.feed(scene::make(i, 0, i == 19), i * 1500us);
    for (auto sequence : out)
      CHECK(sequence == sent++);
    if (!out.empty())
      slices.push_back(out.size());
  }
  CHECK(sent == 20);
  CHECK(slices == std::vector<size_t>{8, 8, 4});
}

TEST_CASE("late packets and padding wait for nothing") {
  scene x;
  CHECK(x.feed(scene::make(2, 0), 0ms).empty());
  auto late = scene::make(1, 0);
  late.late = true;
  CHECK(x.feed(late, 1ms) == numbers{2, 1});
  CHECK(x.feed(scene::make(3, 0), 2ms).empty());
  auto padding = scene::make(4, 0);
  padding.filler = true;
  CHECK(x.feed(padding, 3ms) == numbers{3, 4});
  CHECK_FALSE(x.hold.poll_timeout());
}

TEST_CASE("encodings wait for their own frames") {
  scene x;
  auto high = [](int64_t sequence, bool marker) {
    auto out = scene::make(sequence, 0, marker);
    out.encoding = 1;
    return out;
  };
  CHECK(x.feed({scene::make(1, 0), high(11, false)}, 0ms).empty());
  CHECK(x.feed({high(12, false), scene::make(2, 0, true)}, 2ms)
        == numbers{1, 2});
  CHECK(x.hold.poll_timeout() == at(10ms));
  CHECK(x.feed(high(13, true), 4ms) == numbers{11, 12, 13});
}

TEST_CASE("a hold knows the first packet of an encoding that waits") {
  scene x;
  CHECK_FALSE(x.hold.first_waiting(0));
  x.feed({scene::make(5, 0), scene::make(6, 0)}, 0ms);
  CHECK(x.hold.first_waiting(0) == 5);
  CHECK_FALSE(x.hold.first_waiting(1));
  x.feed(scene::make(7, 0, true), 1ms);
  CHECK_FALSE(x.hold.first_waiting(0));
}

TEST_CASE("all that is held can be released at once") {
  scene x;
  CHECK(x.feed(scene::make(1, 0), 0ms).empty());
  x.hold.release_all(at(3ms));
  CHECK(x.take() == numbers{1});
  CHECK(x.hold.waited() == 3ms);
  CHECK_FALSE(rtp::frame_hold{0ms}.enabled());
}
