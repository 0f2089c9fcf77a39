#include "tests/scenarios/media_viewer.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A sender whose media the server receives, and a viewer that joins late, with
/// little latency between them.
struct late_join {
  std::unique_ptr<net::rng> random = net::make_seeded_rng(3);
  net::time_point now = at(0ms);
  media_sender sender{at(0ms)};
  media_server server{*random};
  media_viewer viewer{*random};
  std::map<uint16_t, int> numbers; // of video, as sent to the viewer
  bool ready = true;               // the viewer takes what is sent to it
  // Whether a datagram is lost before the server.
  std::function<bool(const octet_vector&)> lost = [](auto&) {
    return false;
  };

  late_join() {
    server.video_out().pause(now);
  }

  void run_until(net::duration end) {
    for (; now < at(end); now += 1ms)
      step();
  }

  void step() {
    sender.handle_timeout(now);
    while (auto x = sender.poll_datagram())
      if (!lost(*x))
        server.handle_uplink(*x, now);
    server.handle_timeout(now);
    for (auto& x : server.to_sender)
      sender.handle_rtcp(x);
    server.to_sender.clear();
    for (auto& x : server.to_receiver) {
      if (!is_rtcp(x) && net::load_u32(&x[8]) == downlink.video)
        ++numbers[net::load_u16(&x[2])];
      if (ready)
        viewer.handle_datagram(x, now);
    }
    server.to_receiver.clear();
    viewer.handle_timeout(now);
    for (auto& x : viewer.to_server)
      server.handle_downlink(x, now);
    viewer.to_server.clear();
  }

  /// The viewer sends a PLI.
  void request_keyframe() {
    rtp::rtcp::compound_builder packet;
    packet.add_pli(rtp::ssrc{1}, rtp::ssrc{downlink.video});
    server.handle_downlink({packet.bytes().begin(), packet.bytes().end()}, now);
  }

  /// Checks that the viewer has all frames from `first` to the last, and got
  /// each packet once.
  void check_complete_from(uint32_t first) const {
    for (auto i = first; i < sender.frames(); ++i)
      CHECK(viewer.frames().contains(i));
    CHECK_FALSE(viewer.frames().contains(first - 1));
    for (auto& [number, times] : numbers)
      CHECK(times == 1);
  }
};

} // namespace

TEST_CASE(
    "a viewer that joins 300 ms after a key frame sees it without a request") {
  // The second key frame crosses 65535.
  for (auto key : {0ms, 3300ms}) {
    CAPTURE(key.count());
    late_join x;
    x.run_until(key);
    if (key != 0ms) {
      rtp::rtcp::compound_builder packet;
      packet.add_pli(rtp::ssrc{1}, rtp::ssrc{uplink.video});
      x.sender.handle_rtcp(packet.bytes());
    }
    auto plis = x.sender.plis();
    auto first = x.sender.frames();
    x.run_until(key + 300ms);
    CHECK(x.viewer.frames().empty());
    x.server.video_out().resume(x.now);
    x.run_until(key + 302ms);
    CHECK(x.viewer.frames().size() == x.sender.frames() - first);
    x.run_until(key + 3s);
    CHECK(x.viewer.keyframes() == std::set{first});
    CHECK(x.sender.plis() == plis);
    x.check_complete_from(first);
  }
}

TEST_CASE(
    "a viewer that joins 1.5 s after a key frame causes a request for one") {
  late_join x;
  x.run_until(1500ms);
  x.server.video_out().resume(x.now);
  x.run_until(1600ms);
  CHECK(x.sender.plis() == 1);
  REQUIRE(x.viewer.keyframes().size() == 1);
  x.run_until(4s);
  x.check_complete_from(*x.viewer.keyframes().begin());
}

TEST_CASE("a gap in the group causes a request for a key frame") {
  late_join x;
  x.lost = [&](const octet_vector& packet) {
    auto ssrc = is_rtcp(packet) ? 0 : net::load_u32(&packet[8]);
    return ssrc == uplink.rtx
           || (ssrc == uplink.video && net::load_u16(&packet[2]) == 65030);
  };
  x.run_until(300ms);
  x.server.video_out().resume(x.now);
  x.run_until(400ms);
  CHECK(x.sender.plis() == 1);
  REQUIRE(x.viewer.keyframes().size() == 1);
  CHECK(*x.viewer.keyframes().begin() > 0);
  x.run_until(4s);
  x.check_complete_from(*x.viewer.keyframes().begin());
}

TEST_CASE("a key frame whose first packet comes late is sent without a hole") {
  // Which of its packets are lost, and for how long their repetitions are lost,
  // too.
  for (auto lost : {0b1u, 0b11u, 0b10001u})
    for (auto late : {0ms, 70ms, 150ms}) {
      CAPTURE(lost);
      CAPTURE(late.count());
      late_join x;
      auto left = lost;
      auto since = net::time_point{};
      x.lost = [&](const octet_vector& datagram) {
        if (is_rtcp(datagram) || net::load_u32(&datagram[8]) == uplink.audio)
          return false;
        auto packet = parse_packet(datagram, x.now);
        if (packet->ssrc() == rtp::ssrc{uplink.rtx})
          return x.now < since + late;
        auto payload = packet->payload();
        auto bit = 1u << payload[24];
        if (x.now < at(1500ms) || payload[26] == 0 || (left & bit) == 0)
          return false;
        left -= bit;
        since = x.now;
        return true;
      };
      x.run_until(1500ms);
      x.server.video_out().resume(x.now);
      x.run_until(4s);
      REQUIRE(left == 0);
      REQUIRE_FALSE(x.viewer.keyframes().empty());
      CHECK(x.sender.plis() <= 2);
      x.check_complete_from(*x.viewer.keyframes().begin());
      REQUIRE_FALSE(x.numbers.empty());
      auto span = x.numbers.rbegin()->first - x.numbers.begin()->first + 1;
      CHECK(static_cast<size_t>(span) == x.numbers.size());
    }
}

TEST_CASE("a viewer that was not ready when it joined needs no new key frame") {
  late_join x;
  x.run_until(300ms);
  x.ready = false;
  x.server.video_out().resume(x.now);
  x.run_until(420ms);
  x.ready = true;
  x.run_until(460ms);
  CHECK(x.viewer.keyframes().empty());
  x.request_keyframe();
  x.run_until(463ms);
  CHECK(x.viewer.keyframes() == std::set{0u});
  x.run_until(3s);
  CHECK(x.sender.plis() == 0);
  x.check_complete_from(0);
}

TEST_CASE("leaving and returning within a second repeats no packet") {
  late_join x;
  x.run_until(200ms);
  x.server.video_out().resume(x.now);
  x.run_until(450ms);
  x.server.video_out().pause(x.now);
  x.run_until(700ms);
  x.server.video_out().resume(x.now);
  x.run_until(3s);
  CHECK(x.sender.plis() == 0);
  x.check_complete_from(0);
}
