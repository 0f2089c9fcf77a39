// Replays leave in slices: what goes before them, and in which order they are
// sent.

#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"
#include "tests/support/media_packets.hpp"
#include "tests/support/sent_packets.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr auto camera = producer_key{3};
constexpr auto voice = producer_key{4};
constexpr auto slice = fan_out::replay_slice;

/// Notes the receiver of each packet, by the last digit of its port.
class receiver_log final : public net::datagram_sink {
public:
  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    for (const auto& x : batch) {
      auto port = x.tuple.remote.port();
      order.push_back(static_cast<char>('0' + port % 10));
      auto rtcp = x.data[1] >= 192 && x.data[1] <= 223;
      if (!rtcp)
        numbers[port].push_back(net::load_u16(&x.data[2]));
    }
  }

  std::string order;
  std::map<uint16_t, std::vector<uint16_t>> numbers; // of RTP
};

/// Receivers of a camera whose last key frame was packet 1000.
struct scene {
  consumer_key add(uint16_t on, producer_key from = camera) {
    shard_consumer x;
    x.key = consumer_key{++consumers};
    x.on = transport_key{on};
    x.from = from;
    x.engine.kind =
        from == camera ? rtp::media_kind::video : rtp::media_kind::audio;
    x.engine.ssrc = rtp::ssrc{consumers};
    x.engine.payload = rtp::payload_type{96};
    engine.add_consumer(x, *rng, now);
    engine.set_srtp(x.on, std::make_shared<clear_srtp>(), now);
    engine.set_path(x.on, to_port(on), now);
    flush();
    return x.key;
  }

  rtp::media_packet packet(int64_t sequence, bool keyframe) const {
    packet_spec spec;
    spec.sequence = static_cast<uint16_t>(sequence);
    rtp::media_packet x{make_packet(spec, now), sequence, 3000 * sequence};
    x.keyframe = keyframe;
    x.start_of_frame = true;
    return x;
  }

  // So many packets since the key frame.
  void replay(consumer_key to, size_t packets) {
    std::vector<rtp::media_packet> group;
    for (size_t i = 0; i < packets; ++i)
      group.push_back(packet(first + static_cast<int64_t>(i), i == 0));
    next = std::max(next, first + static_cast<int64_t>(packets));
    engine.handle_replay(to, media_of(std::move(group)), now);
  }

  void feed(producer_key from = camera) {
    engine.handle_media(from, media_of({packet(next++, from == voice)}), false,
                        now);
  }

  // The receivers of what a flush sends.
  std::string flush() {
    out.order.clear();
    engine.flush(out, now);
    return out.order;
  }

  std::string flush_prompt() {
    out.order.clear();
    engine.flush_prompt(out, now);
    return out.order;
  }

  size_t take_keyframe_requests() {
    size_t count = 0;
    while (auto x = engine.poll_event())
      count += std::holds_alternative<rtp::keyframe_wanted>(x->what);
    return count;
  }

  bool complete(uint16_t port, size_t packets) {
    const auto& all = out.numbers[port];
    for (size_t i = 1; i < all.size(); ++i)
      if (static_cast<uint16_t>(all[i] - all[i - 1]) != 1)
        return false;
    return all.size() == packets;
  }

  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  int64_t first = 65'536 + 1000;
  int64_t next = first;
  uint32_t consumers = 0;
  receiver_log out;
  fan_out engine;
};

std::string packets(size_t count, char to) {
  return std::string(count, to);
}

} // namespace

TEST_CASE("a short replay leaves at once") {
  scene at;
  at.replay(at.add(1), 10);
  CHECK(at.engine.has_prompt());
  CHECK(at.flush() == packets(10, '1'));
  CHECK_FALSE(at.engine.has_replays());
  CHECK_FALSE(at.engine.needs_flush());
}

TEST_CASE("live media goes before each slice of a replay") {
  scene at;
  at.replay(at.add(1), 1);
  at.flush();
  at.replay(at.add(2), 2 * slice + 10);
  at.feed();
  CHECK(at.flush() == '1' + packets(slice, '2'));
  CHECK(at.engine.only_replays_wait());
  at.feed();
  CHECK_FALSE(at.engine.only_replays_wait());
  CHECK(at.flush() == '1' + packets(slice, '2'));
  // What came meanwhile follows the replay.
  CHECK(at.flush() == packets(12, '2'));
  CHECK_FALSE(at.engine.needs_flush());
  CHECK(at.complete(2, 2 * slice + 12));
}

TEST_CASE("the newcomer that has waited longest is sent its replay first") {
  scene at;
  auto a = at.add(1);
  auto b = at.add(2);
  auto c = at.add(3);
  at.replay(b, slice + 36);
  at.replay(c, slice + 36);
  at.replay(a, 5);
  CHECK(at.flush() == packets(slice, '2'));
  CHECK(at.flush() == packets(36, '2') + packets(slice - 36, '3'));
  CHECK(at.flush() == packets(slice, '3'));
  CHECK(at.flush() == packets(8, '3') + packets(5, '1'));
  CHECK_FALSE(at.engine.has_replays());
  CHECK(at.complete(1, 5));
  CHECK(at.complete(2, slice + 36));
  CHECK(at.complete(3, slice + 36));
}

TEST_CASE("audio and RTCP to a newcomer do not wait for replays") {
  scene at;
  auto first = at.add(1);
  auto newcomer = at.add(2);
  at.add(2, voice);
  at.replay(first, 2 * slice);
  at.replay(newcomer, 10);
  at.flush();
  at.feed(voice);
  at.engine.queue_rtcp(transport_key{2}, {0x80, 200, 0, 1, 0, 0, 0, 7});
  CHECK(at.flush() == "22" + packets(slice, '1'));
  CHECK(at.flush() == packets(10, '2'));
}

TEST_CASE("a replay does not wait for packets of other producers") {
  scene at;
  auto newcomer = at.add(1);
  at.add(1, voice);
  at.replay(newcomer, slice + 1);
  CHECK(at.engine.has_prompt());
  CHECK(at.flush_prompt() == packets(slice, '1'));
  CHECK(at.engine.has_prompt());
  CHECK(at.flush() == packets(1, '1'));
}

TEST_CASE("a newcomer whose replay is in line need not be sent it again") {
  scene at;
  auto first = at.add(1);
  auto newcomer = at.add(2);
  at.replay(first, 2 * slice);
  at.replay(newcomer, 10);
  at.flush();
  at.take_keyframe_requests();
  at.engine.handle_keyframe_request(newcomer, at.now);
  CHECK(at.take_keyframe_requests() == 0);
  at.flush();
  CHECK(at.flush() == packets(10, '2'));
  at.engine.handle_keyframe_request(newcomer, at.now);
  CHECK(at.take_keyframe_requests() == 1);
  const auto* stream = at.engine.find_consumer(newcomer);
  CHECK(stream->stats(at.now).keyframe_requests_received == 2);
}

TEST_CASE("a newcomer that leaves, or loses its path, leaves the line") {
  scene at;
  auto a = at.add(1);
  auto b = at.add(2);
  at.replay(a, 2 * slice);
  at.replay(b, 10);
  at.flush();
  SUBCASE("its consumer ends") {
    at.engine.remove_consumer(a);
    CHECK(at.flush() == packets(10, '2'));
  }
  SUBCASE("its transport ends as well") {
    at.engine.remove_consumer(a);
    at.engine.remove_transport(transport_key{1});
    CHECK(at.flush() == packets(10, '2'));
  }
  SUBCASE("its path is lost") {
    at.engine.set_path(transport_key{1}, std::nullopt, at.now);
    CHECK(at.flush() == packets(10, '2'));
  }
  CHECK_FALSE(at.engine.has_replays());
}

TEST_CASE("a replay counts as no delay") {
  scene at;
  at.replay(at.add(1), 2 * slice);
  at.flush();
  at.now += 100ms;
  CHECK(at.engine.flush(at.out, at.now) == 0ms);
}

TEST_CASE("a replay of seconds rests between its slices") {
  scene at;
  auto newcomer = at.add(1);
  at.add(1, voice);
  std::vector<rtp::media_packet> group;
  for (int64_t i = 0; i < 10 * int64_t{slice}; ++i) {
    group.push_back(at.packet(at.first + i, i == 0));
    at.now += 10ms;
  }
  at.next = at.first + 10 * int64_t{slice};
  at.engine.handle_replay(newcomer, media_of(group), at.now);
  CHECK(at.flush() == packets(slice, '1'));
  for (int i = 0; i < 8; ++i) {
    CHECK_FALSE(at.engine.needs_flush());
    CHECK(at.flush().empty());
    // Live video follows the replay, audio does not wait.
    at.feed();
    CHECK(at.flush().empty());
    at.feed(voice);
    CHECK(at.flush() == "1");
    REQUIRE(at.engine.poll_pacing());
    CHECK(*at.engine.poll_pacing() - at.now > 60ms);
    CHECK(*at.engine.poll_pacing() - at.now < 65ms);
    at.now = *at.engine.poll_pacing();
    CHECK(at.flush() == packets(slice, '1'));
  }
  at.now = *at.engine.poll_pacing();
  CHECK(at.flush() == packets(slice, '1'));
  at.now = *at.engine.poll_pacing();
  CHECK(at.flush() == packets(8, '1'));
  CHECK_FALSE(at.engine.has_replays());
  // All is as before then.
  at.feed();
  CHECK(at.flush() == "1");
  at.replay(at.add(2), 2 * slice);
  at.flush();
  CHECK(at.engine.has_replays());
}

TEST_CASE("a receiver that rests lets the others in line go on") {
  scene at;
  auto a = at.add(1);
  auto b = at.add(2);
  std::vector<rtp::media_packet> group;
  for (int64_t i = 0; i < 8 * int64_t{slice}; ++i) {
    group.push_back(at.packet(at.first + i, i == 0));
    at.now += 10ms;
  }
  at.engine.handle_replay(a, media_of(group), at.now);
  at.replay(b, slice + 10);
  CHECK(at.flush() == packets(slice, '1'));
  CHECK(at.flush() == packets(slice, '2'));
  CHECK(at.flush() == packets(10, '2'));
  SUBCASE("its consumer ends") {
    at.engine.remove_consumer(a);
    at.now += 1s;
    CHECK(at.flush().empty());
  }
  SUBCASE("its path is lost") {
    at.engine.set_path(transport_key{1}, std::nullopt, at.now);
    at.now += 1s;
    CHECK(at.flush().empty());
  }
  SUBCASE("its transport ends as well") {
    at.engine.remove_consumer(a);
    at.engine.remove_transport(transport_key{1});
    at.now += 1s;
    CHECK(at.flush().empty());
  }
  CHECK_FALSE(at.engine.needs_flush());
}
