// The forwarding pass must send and count exactly what the forwarders would.

#include "tests/actors/fan_out/twin_shards.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

rtp::forwarder::config settings_of(rtp::media_kind kind) {
  auto x = rtp::forwarder::config{};
  x.kind = kind;
  x.clock_rate = kind == rtp::media_kind::audio ? 48000 : 90000;
  x.payload = rtp::payload_type{101};
  x.rtx_payload = rtp::payload_type{102};
  x.feedback.nack = true;
  x.mid = "0";
  x.cname = "test";
  x.source_extensions.set(rtp::extension::dependency_descriptor,
                          layered_video::descriptor_id);
  x.extensions = rtp::extension_map::defaults();
  return x;
}

/// Sends a client's video to both shards: some packets are lost, some late, and
/// they arrive in batches of any size, or each frame in one batch.
struct video_line {
  video_line(sent_as what, uint32_t seed)
      : sender(what, seed)
      , shards(settings(sender), seed) {}

  static rtp::forwarder::config settings(const layered_video& from) {
    auto x = settings_of(rtp::media_kind::video);
    x.layout = from.layout();
    return x;
  }

  void run(int pictures, bool impaired, bool commanded) {
    for (int i = 0; i < pictures; ++i) {
      shards.now += 33ms;
      if (commanded && shards.chance(1))
        shards.now += std::chrono::milliseconds{shards.roll(2000)};
      shards.run_timers();
      for (auto encoding : std::exchange(shards.keyframes_wanted, {}))
        sender.want_keyframe(encoding);
      for (const auto& x : sender.next(shards.now)) {
        shards.now += 300us;
        send(x, impaired, commanded);
      }
      if (shards.chance(10))
        shards.compare_stats();
    }
    send_waiting();
    shards.compare_stats();
  }

  void send(const std::pair<uint8_t, rtp::packet>& x, bool impaired,
            bool commanded) {
    if (impaired && shards.chance(2))
      return;
    if (impaired && shards.chance(3)) {
      delayed.push_back(x);
      return;
    }
    receive(x);
    if (!delayed.empty() && shards.chance(20)) {
      receive(delayed.back());
      delayed.pop_back();
    }
    if (framed)
      send_frames();
    else if (impaired && shards.chance(30))
      return;
    else
      send_waiting(impaired && shards.roll(500) == 0);
    if (commanded && shards.chance(3))
      shards.act();
  }

  /// Sends what waits once a frame is complete, or if another encoding's
  /// begins.
  void send_frames() {
    for (auto& x : std::exchange(waiting, {})) {
      if (!frame.empty() && frame.back().encoding != x.encoding)
        send_frame();
      frame.push_back(std::move(x));
      if (frame.back().packet.marker())
        send_frame();
    }
  }

  void send_frame() {
    shards.feed(std::exchange(frame, {}), false, 5ms);
  }

  void receive(const std::pair<uint8_t, rtp::packet>& x) {
    sender.receive(x.first, x.second, shards.now, waiting);
  }

  void send_waiting(bool refused = false) {
    if (!waiting.empty())
      shards.feed(std::exchange(waiting, {}), refused);
  }

  layered_video sender;
  twin_shards shards;
  std::vector<std::pair<uint8_t, rtp::packet>> delayed;
  std::vector<rtp::media_packet> waiting; // for the next batch
  std::vector<rtp::media_packet> frame;   // if framed
  bool framed = false;
};

/// Sends a client's audio to both shards.
struct audio_line {
  explicit audio_line(uint32_t seed)
      : shards(settings_of(rtp::media_kind::audio), seed) {}

  void run(int packets, bool impaired) {
    for (int i = 0; i < packets; ++i) {
      if (!impaired) {
        send();
        continue;
      }
      advance();
      impair();
      if (shards.chance(3))
        shards.act();
      if (shards.chance(10))
        shards.compare_stats();
    }
    shards.compare_stats();
  }

  void advance() {
    shards.now += 20ms;
    shards.run_timers();
    ++sequence;
    timestamp += 960;
  }

  /// Sends a packet, and compares no statistics.
  void send() {
    advance();
    shards.feed({make(sequence)});
  }

  void impair() {
    switch (shards.roll(60)) {
      case 0: // a long pause of the network
        shards.now += std::chrono::milliseconds{shards.roll(3000)};
        break;
      case 1: // the sender's clock jumps
        timestamp += (int64_t{shards.roll(60)} - 30) * 48000;
        break;
      case 2: // lost, and perhaps late
        held = make(sequence);
        return;
      case 3: // a loss that is too long to be repaired
        sequence += 1000 + shards.roll(3000);
        break;
      case 4: {
        auto x = make(sequence);
        x.filler = true;
        return shards.feed({x});
      }
      case 5: { // waited in a queue
        auto x = make(sequence);
        shards.now += std::chrono::milliseconds{shards.roll(300)};
        return shards.feed({x});
      }
      case 6: // a burst
        ++sequence;
        return shards.feed({make(sequence - 1), make(sequence)});
      case 7: // many lost: the numbers sent wrap, too
      case 8:
      case 9:
      case 10:
        sequence += shards.roll(1000);
        break;
      default:
        break;
    }
    shards.feed({make(sequence)});
    if (held && shards.chance(30)) {
      held->late = true;
      shards.feed({*std::exchange(held, {})});
    }
  }

  rtp::media_packet make(int64_t number) const {
    auto spec = packet_spec{};
    spec.sequence = static_cast<uint16_t>(number);
    spec.payload = octet_vector(40 + static_cast<size_t>(number % 50), 7);
    auto x =
        rtp::media_packet{make_packet(spec, shards.now), number, timestamp};
    x.keyframe = x.start_of_frame = true;
    return x;
  }

  twin_shards shards;
  int64_t sequence = 65'400;                       // wraps soon
  int64_t timestamp = (int64_t{1} << 32) - 50'000; // so does this
  std::optional<rtp::media_packet> held;
};

} // namespace

TEST_CASE("the pass sends all layered video as the forwarders would") {
  uint64_t passed = 0;
  for (uint32_t seed = 1; seed <= 24; ++seed) {
    CAPTURE(seed);
    constexpr sent_as kinds[] = {sent_as::vp8_simulcast,
                                 sent_as::h264_simulcast, sent_as::vp9_svc,
                                 sent_as::vp9_keyed, sent_as::av1};
    video_line x{kinds[seed % 5], seed};
    x.framed = seed % 2 == 0;
    x.run(150, seed % 3 != 0, true);
    passed += x.shards.passing.passed();
    CHECK(x.shards.reference.passed() == 0);
  }
  CHECK(passed > 500);
}

TEST_CASE("the pass sends all audio as the forwarders would") {
  uint64_t passed = 0;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    audio_line x{seed};
    x.run(1000, true);
    passed += x.shards.passing.passed();
  }
  CHECK(passed > 5000);
}

TEST_CASE("of undisturbed audio nine packets in ten need no forwarder") {
  audio_line x{1};
  x.run(1000, false);
  CHECK(x.shards.passing.passed() > 9 * 100 * twin_shards::consumer_count);
}

TEST_CASE("undisturbed simulcast needs no forwarder for most packets") {
  video_line x{sent_as::h264_simulcast, 1};
  x.run(100, false, false);
  auto before = x.shards.passing.passed();
  auto sent = x.shards.passing.totals(x.shards.now).packets;
  x.run(100, false, false);
  auto passed = x.shards.passing.passed() - before;
  CHECK(4 * passed
        > 3 * (x.shards.passing.totals(x.shards.now).packets - sent));
}

TEST_CASE("undisturbed pictures of many packets need no forwarder either") {
  video_line x{sent_as::vp9_svc, 1};
  x.framed = true;
  x.run(100, false, false);
  auto before = x.shards.passing.passed();
  auto sent = x.shards.passing.totals(x.shards.now).packets;
  x.run(100, false, false);
  auto passed = x.shards.passing.passed() - before;
  CHECK(4 * passed
        > 3 * (x.shards.passing.totals(x.shards.now).packets - sent));
}

TEST_CASE("what is passed waits for other packets as far as others do") {
  for (auto receivers : {uint64_t{1}, uint64_t{2}}) {
    CAPTURE(receivers);
    // Two consumers of one receiver, or one of each.
    auto random = net::make_seeded_rng(1);
    fan_out engine;
    auto now = at(0s);
    for (uint64_t i = 0; i < 2; ++i) {
      auto x = shard_consumer{};
      x.key = consumer_key{i + 1};
      x.on = transport_key{i % receivers};
      x.from = producer_key{3};
      x.engine = settings_of(rtp::media_kind::audio);
      x.engine.ssrc = rtp::ssrc{static_cast<uint32_t>(i + 1)};
      engine.add_consumer(x, *random, now);
    }
    sent_packets nowhere;
    for (int64_t i = 0; i < 5; ++i) {
      engine.flush(nowhere, now);
      REQUIRE_FALSE(engine.has_prompt());
      REQUIRE_FALSE(engine.has_patient());
      now += 20ms;
      auto packet = rtp::media_packet{make_packet({}, now), i + 1, 960 * i};
      packet.keyframe = packet.start_of_frame = true;
      engine.handle_media(producer_key{3}, media_of({packet}), false, now);
    }
    CHECK(engine.passed() > 0);
    CHECK(engine.has_prompt() == (receivers == 2));
    CHECK(engine.has_patient() == (receivers == 1));
    now += 20ms;
    CHECK(engine.flush(nowhere, now) == 20ms);
  }
}

TEST_CASE("statistics include packets that the forwarder has yet to note") {
  audio_line x{1};
  auto& engine = x.shards.passing;
  for (int i = 0; i < 5; ++i)
    x.send();
  REQUIRE(engine.passed() > 0);
  CHECK(engine.totals(x.shards.now).packets == 5 * twin_shards::consumer_count);
  x.send();
  CHECK(engine.find_consumer(consumer_key{2})->stats(x.shards.now).packets
        == 6);
  // What a removed consumer was sent still counts.
  x.send();
  engine.remove_consumer(consumer_key{1});
  CHECK(engine.totals(x.shards.now).packets == 7 * twin_shards::consumer_count);
}

TEST_CASE("a packet that was passed can be requested at once") {
  audio_line x{1};
  auto& engine = x.shards.passing;
  for (int i = 0; i < 5; ++i)
    x.send();
  auto before = engine.passed();
  x.send();
  REQUIRE(engine.passed() == before + twin_shards::consumer_count);
  auto lost = std::vector<uint16_t>{x.shards.newest_number(0)};
  engine.with_consumer(consumer_key{1}, x.shards.now,
                       [&](auto& to) { to.handle_nack(lost, x.shards.now); });
  auto event = engine.poll_event();
  REQUIRE(event);
  const auto* missing = std::get_if<packets_missing>(&event->what);
  REQUIRE(missing);
  REQUIRE(missing->keys.size() == 1);
  CHECK(missing->keys.front().sequence == x.sequence);
}

TEST_CASE("a moved consumer's steady stream goes to its new transport") {
  audio_line x{1};
  for (int i = 0; i < 5; ++i)
    x.send();
  x.shards.each([&](auto& y) {
    y.move_consumer(consumer_key{1}, transport_key{104}, x.shards.now);
  });
  for (int i = 0; i < 5; ++i)
    x.send();
  x.shards.compare_stats();
}
