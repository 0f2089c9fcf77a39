// When links are shared anew, and when not.

#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"
#include "tests/support/layered_video.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

/// A producer of audio or video, and its consumers on transports of their own.
struct scene {
  explicit scene(rtp::media_kind of) : kind(of) {}

  consumer_key add(uint64_t which, bool adaptive = false) {
    shard_consumer x;
    x.key = consumer_key{which};
    x.on = transport_key{100 + which};
    x.from = producer;
    x.engine.kind = kind;
    x.engine.ssrc = rtp::ssrc{static_cast<uint32_t>(which)};
    x.engine.feedback.remb = adaptive;
    engine.add_consumer(x, *rng, now);
    engine.settle(now);
    return x.key;
  }

  // Sends a packet each 20 ms.
  void send(net::duration time, size_t octets = 500) {
    for (auto end = now + time; now < end; now += 20ms) {
      packet_spec spec;
      spec.sequence = static_cast<uint16_t>(sequence);
      spec.payload = octet_vector(octets, 7);
      rtp::media_packet x{make_packet(spec, now)};
      x.sequence = sequence++;
      x.keyframe = x.start_of_frame = true;
      engine.handle_media(producer, media_of({x}), false, now);
      while (engine.poll_event()) {
      }
    }
  }

  // How often links are shared in this time.
  uint64_t shared_in(net::duration time) {
    auto before = engine.links_shared();
    send(time);
    return engine.links_shared() - before;
  }

  static constexpr auto producer = producer_key{3};
  rtp::media_kind kind;
  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  int64_t sequence = 65530;
  fan_out engine;
};

} // namespace

TEST_CASE("links that carry only audio are not shared anew") {
  scene x{rtp::media_kind::audio};
  x.add(1);
  x.add(2, true);
  x.send(3s);
  CHECK(x.shared_in(10s) == 0);
  x.engine.set_overload({}, {}, x.now);
  CHECK(x.shared_in(1s) == 0);
}

TEST_CASE("a link that carries all that is wanted is shared anew seldom") {
  scene x{rtp::media_kind::video};
  x.add(1);
  x.send(5s);
  const auto count = x.shared_in(10s);
  CHECK(count >= 4);
  CHECK(count <= 6);
}

TEST_CASE("a link is shared anew when the rate of its video has changed") {
  scene x{rtp::media_kind::video};
  x.add(1);
  x.send(5s);
  auto before = x.engine.links_shared();
  x.send(1900ms, 1000);
  CHECK(x.engine.links_shared() > before + 1);
}

TEST_CASE("a link whose capacity is unknown is shared anew all the time") {
  scene x{rtp::media_kind::video};
  x.add(1, true);
  x.send(5s);
  CHECK(x.shared_in(10s) >= 49);
}

TEST_CASE("a link that loses its video is shared anew once more") {
  scene x{rtp::media_kind::video};
  auto key = x.add(1);
  x.engine.set_path(transport_key{101}, {}, x.now); // keeps the transport
  x.send(5s);
  x.engine.remove_consumer(key);
  const auto before = x.engine.links_shared();
  for (int i = 0; i < 30; ++i) {
    x.now += 200ms;
    x.engine.handle_timeout(x.now);
  }
  CHECK(x.engine.links_shared() == before + 1);
}
