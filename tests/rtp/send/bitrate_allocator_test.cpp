#include "rtp/send/bitrate_allocator.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace troupe;
using namespace troupe::test;
using rtp::layers;

namespace {

/// A simulcast producer of three encodings with three temporal layers each,
/// at 150, 500 and 1,500 kbit/s.
class producer {
public:
  explicit producer(std::vector<double> kbps = {150, 500, 1500})
      : kbps_(std::move(kbps)) {}

  /// Sends for this time.
  void run(net::time_point& now, net::duration time) {
    for (auto end = now + time; now < end; now += 25ms) {
      std::vector<rtp::media_packet> out;
      for (size_t i = 0; i < kbps_.size(); ++i) {
        auto octets = static_cast<size_t>(kbps_[i] * 1000 / 8 / 40);
        constexpr uint8_t pattern[] = {0, 2, 1, 2};
        for (; octets > 0; octets -= std::min<size_t>(octets, 1000))
          out.push_back(make(std::min<size_t>(octets, 1000),
                             static_cast<uint8_t>(i),
                             pattern[frame_ % std::size(pattern)]));
      }
      ++frame_;
      rates.handle_batch(out, now);
    }
  }

  rtp::layer_rates rates;

private:
  static rtp::media_packet make(size_t octets, uint8_t encoding,
                                uint8_t temporal) {
    packet_spec spec;
    spec.payload = octet_vector(octets - std::min<size_t>(octets, 12), 7);
    rtp::media_packet x{make_packet(spec, at(0ms))};
    x.encoding = encoding;
    x.temporal_id = temporal;
    return x;
  }

  std::vector<double> kbps_;
  size_t frame_ = 0;
};

struct scene {
  explicit scene(size_t count, std::vector<double> kbps = {150, 400, 440})
      : source(std::move(kbps)) {
    source.run(now, 3s);
    for (size_t i = 0; i < count; ++i) {
      auto x = std::make_unique<rtp::allocated_stream>();
      x->rates = &source.rates;
      x->wanted = layers{2, 2};
      streams.push_back(std::move(x));
    }
  }

  void step(std::optional<uint64_t> bps, net::duration time = 200ms) {
    for (auto end = now + time; now < end;) {
      source.run(now, 200ms);
      std::vector<rtp::allocated_stream*> all;
      for (auto& x : streams)
        all.push_back(x.get());
      engine.allocate(all, bps, congested, now);
    }
  }

  std::optional<layers> target(size_t i) const {
    return streams[i]->target;
  }

  net::time_point now = at(0ms);
  bool congested = true;
  producer source;
  rtp::bitrate_allocator engine;
  std::vector<std::unique_ptr<rtp::allocated_stream>> streams;
};

} // namespace

TEST_CASE("the price of a layer includes the layers below it") {
  producer x{{150, 400}};
  auto now = at(0ms);
  x.run(now, 3s);
  CHECK(x.rates.bps({0, 2}) == doctest::Approx(150e3).epsilon(0.02));
  CHECK(x.rates.bps({0, 1}) == doctest::Approx(75e3).epsilon(0.05));
  CHECK(x.rates.bps({0, 0}) == doctest::Approx(37.5e3).epsilon(0.1));
  CHECK(x.rates.bps({1, 2}) == doctest::Approx(400e3).epsilon(0.02));
  CHECK(x.rates.temporal(1) == 3);
  CHECK(x.rates.alive(1, now));
  CHECK_FALSE(x.rates.alive(1, now + 2s));
  CHECK_FALSE(x.rates.alive(2, now));
}

TEST_CASE("spatial layers of one stream build on each other") {
  rtp::layer_rates x;
  auto now = at(0ms);
  for (int i = 0; i < 100; ++i, now += 20ms) {
    std::vector<rtp::media_packet> out;
    for (uint8_t s = 0; s < 3; ++s) {
      packet_spec spec;
      spec.payload = octet_vector(238, 7); // 100 kbit/s
      rtp::media_packet p{make_packet(spec, now)};
      p.spatial_id = s;
      out.push_back(p);
    }
    x.handle_batch(out, now);
  }
  CHECK(x.bps({0, 0}) == doctest::Approx(100e3).epsilon(0.05));
  CHECK(x.bps({2, 0}) == doctest::Approx(300e3).epsilon(0.05));
}

TEST_CASE("without a limit all streams get their wanted layers") {
  scene x{3};
  x.step(std::nullopt);
  for (size_t i = 0; i < 3; ++i)
    CHECK(x.target(i) == layers{2, 2});
}

TEST_CASE("every stream gets its lowest layer before any gets more") {
  scene x{4, {40, 200, 440}};
  x.step(4 * 12'000, 5s);
  for (size_t i = 0; i < 4; ++i)
    CHECK(x.target(i) == layers{0, 0});
  x.step(3'000'000, 15s);
  for (size_t i = 0; i < 4; ++i)
    CHECK(x.target(i) == layers{2, 2});
}

TEST_CASE("priority decides which stream gets more, and which is first") {
  scene x{3, {40, 200, 440}};
  x.streams[1]->priority = 10;
  x.step(600'000, 5s);
  CHECK(x.target(1) == layers{2, 2});
  CHECK(x.target(0)->spatial == 0);
  CHECK(x.target(2)->spatial == 0);
  // A stream whose priority rises later takes its share from others.
  x.streams[1]->priority = 1;
  x.streams[2]->priority = 10;
  x.step(600'000, 20s);
  CHECK(x.target(2) == layers{2, 2});
  CHECK(x.target(1)->spatial == 0);
  x.step(25'000, 5s);
  CHECK(x.target(2) == layers{0, 0});
  CHECK(x.target(0));
  CHECK_FALSE(x.target(1));
}

TEST_CASE("a stream falls at once and rises after a wait with headroom") {
  scene x{1, {150, 500, 1500}};
  x.step(2'000'000, 1s);
  CHECK(x.target(0) == layers{2, 2});
  x.step(700'000);
  CHECK(x.target(0) == layers{1, 2});
  x.step(800'000, 4s);
  CHECK(x.target(0) == layers{1, 2});
  x.step(1'200'000, 2s);
  CHECK(x.target(0) == layers{2, 1});
  // A step up that did not last lengthens the wait.
  x.step(600'000);
  x.step(1'200'000, 11s);
  CHECK(x.target(0) == layers{1, 2});
  x.step(1'200'000, 2s);
  CHECK(x.target(0) == layers{2, 1});
}

TEST_CASE("a failed step is remembered although a cheaper one fails later") {
  scene x{1, {150, 500, 1500}};
  auto fail_at_the_top = [&] {
    x.step(1'800'000, 20s);
    CHECK(x.target(0) == layers{2, 2});
    x.step(700'000);
    CHECK(x.target(0) == layers{1, 2});
  };
  fail_at_the_top();
  x.step(1'800'000, 4s); // now it waits for 12 s
  CHECK(x.target(0) == layers{2, 2});
  x.step(700'000);
  x.step(200'000);
  CHECK(x.target(0)->spatial == 0);
  x.step(1'800'000, 5s); // twice what was too much at the last fall
  CHECK(x.target(0) == layers{2, 1});
  x.step(1'800'000, 8s);
  CHECK(x.target(0) == layers{2, 2});
}

TEST_CASE("the capacity of a better link is used without waiting") {
  scene x{1};
  x.step(900'000, 1s);
  x.step(100'000, 1s);
  CHECK(x.target(0)->spatial == 0);
  x.step(900'000);
  CHECK(x.target(0) == layers{2, 2});
}

TEST_CASE("a rate that alternates is not followed for long") {
  scene x{1};
  auto changes = 0;
  std::optional<layers> last;
  for (int i = 0; i < 10 * 60; ++i) {
    // Every other second the highest layers fit.
    x.step(i % 2 ? 380'000 : 600'000, 1s);
    if (i >= 5 * 60)
      changes += last != x.target(0);
    last = x.target(0);
  }
  CHECK(changes <= 2 * 5);
}

TEST_CASE("a video that does not fit at all is dropped after a while") {
  scene x{1};
  x.step(600'000, 1s);
  x.step(5'000, 1s);
  CHECK(x.target(0) == layers{0, 0});
  x.step(5'000, 2s);
  CHECK_FALSE(x.target(0));
  x.step(600'000, 4s);
  CHECK(x.target(0) == layers{2, 2});
}

TEST_CASE("no stream loses its lowest layer because of a guess") {
  scene x{2, {1500}};
  for (auto& stream : x.streams)
    stream->wanted = layers{0, 2};
  x.congested = false;
  // A new stream begins at once, and a displayed one stays.
  x.step(600'000, 200ms);
  CHECK(x.target(0));
  CHECK(x.target(1));
  x.step(100'000, 20s);
  CHECK(x.target(0));
  CHECK(x.target(1));
  // On a link that is really full, a stream is dropped and not tried again
  // before there is bandwidth.
  x.congested = true;
  x.step(100'000, 1s);
  CHECK(x.target(0));
  x.step(100'000, 2s);
  CHECK_FALSE(x.target(0));
  x.congested = false;
  x.step(300'000, 10s);
  CHECK_FALSE(x.target(0));
  x.step(4'000'000, 10s);
  CHECK(x.target(0));
  CHECK(x.target(1));
}

TEST_CASE("a layer that stops arriving is left at once") {
  scene x{1};
  x.step(std::nullopt, 1s);
  CHECK(x.target(0) == layers{2, 2});
  producer two{{150, 400}};
  // From now on the same meter receives only two encodings.
  std::swap(two.rates, x.source.rates);
  two.run(x.now, 2s);
  std::swap(two.rates, x.source.rates);
  rtp::allocated_stream* all[] = {x.streams[0].get()};
  x.engine.allocate(all, std::nullopt, false, x.now);
  CHECK(x.target(0) == layers{1, 2});
}

TEST_CASE("a video that is not wanted costs nothing") {
  scene x{2};
  x.streams[0]->wanted.reset();
  x.step(500'000, 3s);
  CHECK_FALSE(x.target(0));
  CHECK(x.target(1) == layers{2, 2});
  CHECK(x.engine.used_bps() < 500'000);
}

TEST_CASE("the budget holds for any requests, and none gets more than wanted") {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    std::mt19937 random{seed};
    scene x{1 + random() % 8};
    for (int i = 0; i < 60; ++i) {
      for (auto& s : x.streams) {
        if (random() % 10 == 0)
          s->priority = static_cast<uint8_t>(1 + random() % 255);
        if (random() % 10 == 0)
          s->wanted = layers{static_cast<uint8_t>(random() % 3),
                             static_cast<uint8_t>(random() % 3)};
        if (random() % 20 == 0)
          s->wanted.reset();
      }
      auto bps = 20'000 + random() % 3'000'000;
      x.step(bps, 4s);
      auto price = uint64_t{0};
      for (auto& s : x.streams) {
        REQUIRE((!s->target || s->wanted));
        if (s->target) {
          REQUIRE(s->target->spatial <= s->wanted->spatial);
          REQUIRE(s->target->temporal <= s->wanted->temporal);
          price += x.source.rates.bps(*s->target);
        }
      }
      REQUIRE(price <= bps * 1.02);
    }
  }
}

TEST_CASE("a video's memory grows with the layers that arrive") {
  scene one{1, {150}};
  one.streams[0]->thinnable = false;
  CHECK(one.streams[0]->memory() == 0);
  one.step(std::nullopt);
  CHECK(one.streams[0]->memory() == 16);
  scene three{1};
  three.step(std::nullopt, 1s);
  CHECK(three.target(0) == layers{2, 2});
  CHECK(three.streams[0]->memory() > 16);
  CHECK(three.streams[0]->memory() <= 256);
}
