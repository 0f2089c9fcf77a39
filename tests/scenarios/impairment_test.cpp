#include "tests/scenarios/media_viewer.hpp"
#include "tests/support/capture.hpp"
#include "tests/support/virtual_network.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A sender, a server and a viewer with the four directions between them, run
/// in steps of one millisecond.
struct scenario {
  std::unique_ptr<net::rng> random;
  net::time_point now = at(0ms);
  media_sender sender{at(0ms)};
  media_server server;
  media_viewer viewer;
  virtual_link<octet_vector> up;
  virtual_link<octet_vector> up_back;
  virtual_link<octet_vector> down;
  virtual_link<octet_vector> down_back;
  std::map<uint32_t, int> audio_arrived; // at the server
  std::map<uint32_t, int> audio_forwarded;
  // Runs at each step, to misbehave.
  std::function<void()> also = [] {
  };

  scenario(const link_model& first, const link_model& second, uint64_t seed)
      : random(net::make_seeded_rng(seed))
      , server(*random)
      , viewer(*random)
      , up(first, seed + 1)
      , up_back(first, seed + 2)
      , down(second, seed + 3)
      , down_back(second, seed + 4) {}

  void run_until(net::duration end) {
    for (; now < at(end); now += 1ms)
      step();
  }

  void step() {
    sender.handle_timeout(now);
    while (auto x = sender.poll_datagram())
      send(up, std::move(*x));
    while (auto x = up.poll(now)) {
      note(audio_arrived, *x, uplink.audio);
      server.handle_uplink(*x, now);
    }
    while (auto x = down_back.poll(now))
      server.handle_downlink(*x, now);
    server.handle_timeout(now);
    for (auto& x : server.to_receiver) {
      note(audio_forwarded, x, downlink.audio);
      send(down, std::move(x));
    }
    server.to_receiver.clear();
    flush(server.to_sender, up_back);
    while (auto x = down.poll(now))
      viewer.handle_datagram(*x, now);
    viewer.handle_timeout(now);
    flush(viewer.to_server, down_back);
    while (auto x = up_back.poll(now))
      sender.handle_rtcp(*x);
    also();
  }

  void send(virtual_link<octet_vector>& over, octet_vector x) {
    auto size = x.size();
    over.send(std::move(x), size, now);
  }

  void flush(std::deque<octet_vector>& from, virtual_link<octet_vector>& to) {
    for (auto& x : from)
      send(to, std::move(x));
    from.clear();
  }

  static void note(std::map<uint32_t, int>& to, const octet_vector& x,
                   uint32_t ssrc) {
    if (is_rtcp(x) || net::load_u32(&x[8]) != ssrc)
      return;
    auto p = parse_packet(x, {});
    REQUIRE(p);
    ++to[net::load_u32(&p->payload()[4])];
  }

  void check_audio() const {
    CHECK(audio_forwarded.size() == audio_arrived.size());
    for (auto& [number, times] : audio_forwarded)
      CHECK(times == 1);
  }

  /// The share of the frames sent until a second ago that are complete.
  double complete_share() const {
    auto sent = sender.frames() - 30;
    auto there = size_t{0};
    for (auto& [frame, when] : viewer.frames())
      there += frame < sent ? 1 : 0;
    return static_cast<double>(there) / sent;
  }
};

link_model lossy(double loss, bool bursts) {
  auto x = link_model{};
  x.jitter = 5ms;
  x.reorder = 0.10;
  x.duplicate = 0.05;
  if (bursts) {
    // Bursts of five on average.
    x.burst_leave = 0.2;
    x.burst_enter = 0.2 * loss / (1 - loss);
  } else {
    x.loss = loss;
  }
  return x;
}

void set_all(scenario& x, const link_model& model, bool first, bool second) {
  if (first) {
    x.up.set_model(model);
    x.up_back.set_model(model);
  }
  if (second) {
    x.down.set_model(model);
    x.down_back.set_model(model);
  }
}

} // namespace

TEST_CASE("without impairment everything arrives once, in 60 s") {
  scenario x{{}, {}, 1};
  x.run_until(60s);
  x.check_audio();
  CHECK(x.viewer.audio().size() >= 2990);
  CHECK(x.complete_share() == 1.0);
  CHECK(x.viewer.keyframes().size() == 1);
  CHECK(x.viewer.reports() > 40);
  CHECK(x.sender.packets_reported() > 0);
  auto stats = x.server.video_out().stats(x.now);
  REQUIRE(stats.round_trip_time);
  CHECK(*stats.round_trip_time >= 40ms);
  CHECK(*stats.round_trip_time <= 45ms);
  CHECK(x.server.egress_stats(x.now).rtx_packets == 0);
}

TEST_CASE("10 % loss, reordering and duplicates on both legs") {
  for (auto bursts : {false, true}) {
    for (auto seed = uint64_t{1}; seed <= 3; ++seed) {
      CAPTURE(bursts);
      CAPTURE(seed);
      auto model = lossy(0.10, bursts);
      scenario x{model, model, 1000 * seed};
      x.run_until(30s);
      x.check_audio();
      auto share = static_cast<double>(x.up.lost_count())
                   / static_cast<double>(x.up.sent());
      CHECK(share > 0.07);
      MESSAGE("frames complete: " << x.complete_share() << ", bursts " << bursts
                                  << ", key frame requests "
                                  << x.sender.plis());
      CHECK(x.complete_share() >= 0.99);
      CHECK(x.sender.plis() <= 31);
    }
  }
}

// On the path to the server only: towards the viewer, 20 % loss needs 25 % of
// the bitrate for repairs, which is the limit for a receiver.
TEST_CASE("20 and 30 % loss to the server leave most frames complete") {
  for (auto [loss, goal] : {std::pair{0.20, 0.97}, {0.30, 0.90}}) {
    for (auto bursts : {false, true}) {
      CAPTURE_BOUND(loss);
      CAPTURE(bursts);
      auto model = lossy(loss, bursts);
      scenario x{model, {}, 42};
      x.run_until(30s);
      x.check_audio();
      MESSAGE("frames complete: " << x.complete_share());
      CHECK(x.complete_share() >= goal);
    }
  }
}

TEST_CASE("media resumes within 1 s after 20 s of total loss") {
  auto dead = link_model{};
  dead.loss = 1;
  for (auto [first, second] :
       {std::pair{true, false}, {false, true}, {true, true}}) {
    CAPTURE_BOUND(first);
    CAPTURE_BOUND(second);
    scenario x{{}, {}, 77};
    x.run_until(5s);
    set_all(x, dead, first, second);
    x.run_until(25s);
    auto before = x.viewer.keyframes().size();
    auto audio_before = x.viewer.audio().size();
    set_all(x, {}, first, second);
    x.run_until(26s);
    CHECK(x.viewer.keyframes().size() > before);
    CHECK(x.viewer.audio().size() > audio_before + 40);
    x.run_until(30s);
    // After the key frame nothing is missing.
    REQUIRE_FALSE(x.viewer.keyframes().empty());
    auto key = *x.viewer.keyframes().rbegin();
    auto last = x.sender.frames() - 30;
    for (auto i = key; i < last; ++i)
      CHECK(x.viewer.frames().contains(i));
    x.check_audio();
  }
}

TEST_CASE("a viewer that NACKs everything 100 times a second gains little") {
  scenario x{{}, {}, 5};
  x.also = [&x] {
    if (x.now.time_since_epoch() % 10ms != 0ns)
      return;
    auto all = std::vector<uint16_t>{};
    for (auto i = 0; i < 500; ++i)
      all.push_back(
          static_cast<uint16_t>(x.viewer.newest_sequence() - 499 + i));
    auto left = std::span<const uint16_t>{all};
    rtp::rtcp::compound_builder packet;
    packet.add_nack(rtp::ssrc{1}, rtp::ssrc{downlink.video}, left);
    packet.add_pli(rtp::ssrc{1}, rtp::ssrc{downlink.video});
    x.send(x.down_back, {packet.bytes().begin(), packet.bytes().end()});
  };
  x.run_until(30s);
  auto stats = x.server.video_out().stats(x.now);
  auto growth = static_cast<double>(stats.octets + stats.rtx_octets)
                / static_cast<double>(stats.octets);
  MESSAGE("egress grew by a factor of " << growth);
  CHECK(growth > 1.01);
  CHECK(growth <= 1.3);
  // Of all key frame requests, one a second reached the sender, and two at
  // first.
  CHECK(x.sender.plis() <= 33);
}
