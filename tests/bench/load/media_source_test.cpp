// The output of sources: rates, payloads, reactions to feedback.

#include "bench/load/media/media_source.hpp"
#include "bench/load/media/stamp.hpp"
#include "rtp/codec/vp8.hpp"
#include "rtp/packet/rtx.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

using namespace troupe;
using namespace troupe::load;
using namespace std::chrono_literals;

namespace {

constexpr size_t tag = 16;

source_config make_config(traffic kind) {
  source_config x;
  x.kind = kind;
  x.payload_type = rtp::payload_type{96};
  x.rtx_payload_type = rtp::payload_type{97};
  x.extensions = rtp::extension_map::defaults();
  x.mid = "0";
  for (uint32_t i = 0; i < encoding_count(kind); ++i)
    x.encodings.push_back(
        {rtp::ssrc{1000 + i}, rtp::ssrc{2000 + i},
         kind == traffic::sim3 ? "r" + std::to_string(i) : ""});
  return x;
}

struct sent_packet {
  rtp::packet packet;
  net::time_point at;
  size_t wire;
};

rtp::packet to_packet(net::buffer_pool& pool, const plain_packet& x,
                      net::time_point at) {
  auto data = pool.take();
  data->resize(x.header.size() + x.payload.size());
  std::ranges::copy(x.header, data->bytes().begin());
  std::ranges::copy(x.payload,
                    data->bytes().begin()
                        + static_cast<std::ptrdiff_t>(x.header.size()));
  auto packet = rtp::packet::parse(std::move(data), at);
  REQUIRE(packet);
  return *packet;
}

/// Runs one encoder in virtual time.
struct bench {
  explicit bench(traffic kind, size_t encoding = 0,
                 arrivals how = arrivals::burst)
      : random(net::make_seeded_rng(3))
      , config(make_config(kind))
      , encoder(config, encoding, *random, {how})
      , pool(net::buffer_pool::make()) {}

  std::vector<sent_packet> run(net::duration span) {
    std::vector<sent_packet> out;
    auto end = now + span;
    while (encoder.poll_timeout() && *encoder.poll_timeout() < end) {
      now = std::max(now, *encoder.poll_timeout());
      REQUIRE(encoder.handle_timeout(now));
      drain(out);
    }
    now = end;
    return out;
  }

  void drain(std::vector<sent_packet>& out) {
    while (auto x = encoder.poll_packet(now)) {
      auto packet = to_packet(*pool, *x, now);
      out.push_back({packet, now, packet.size() + tag});
    }
  }

  std::unique_ptr<net::rng> random;
  source_config config;
  stream_encoder encoder;
  net::buffer_pool::ptr pool;
  net::time_point now{100s};
};

struct rate {
  traffic kind;
  size_t encoding;
  uint64_t packets; // per minute; 0: not fixed
  uint64_t octets;
  uint16_t least;
  uint16_t most;
};

constexpr rate rates[] = {
    {traffic::audio, 0, 3'000, 390'000, 1, 1},
    {traffic::v600, 0, 58 * 60, 58 * 60 * 1200, 1, 3},
    {traffic::v1500, 0, 150 * 60, 150 * 60 * 1200, 3, 6},
    {traffic::sim3, 0, 0, 100'000 / 8 * 60, 1, 1},
    {traffic::sim3, 1, 0, 300'000 / 8 * 60, 1, 2},
    {traffic::sim3, 2, 0, 1'200'000 / 8 * 60, 3, 6},
};

} // namespace

TEST_CASE("the patterns keep their rates exactly over a minute") {
  for (const auto& x : rates) {
    CAPTURE(to_string(x.kind));
    CAPTURE(x.encoding);
    for (uint64_t seed : {1, 2, 99}) {
      traffic_pattern pattern{x.kind, x.encoding, seed};
      uint64_t packets = 0;
      uint64_t octets = 0;
      uint64_t keyframes = 0;
      std::set<uint16_t> sizes;
      uint64_t frames = 60 * pattern.rate();
      for (uint64_t i = 0; i < frames; ++i) {
        const auto& frame = pattern.frame(i);
        packets += frame.packets;
        size_t sum = 0;
        for (size_t p = 0; p < frame.packets; ++p) {
          sum += frame.packet_size(p);
          CHECK(frame.packet_size(p) <= 1200);
        }
        CHECK(sum == frame.bytes);
        octets += sum;
        keyframes += frame.keyframe ? 1 : 0;
        if (!frame.keyframe)
          sizes.insert(frame.packets);
      }
      if (x.packets != 0)
        CHECK(packets == x.packets);
      CHECK(octets == x.octets);
      CHECK(keyframes == (is_audio(x.kind) ? 0 : 20));
      CHECK(*sizes.begin() >= x.least);
      CHECK(*sizes.rbegin() <= x.most);
      if (!is_audio(x.kind) && x.least < x.most)
        CHECK(sizes.size() > 1);
      CHECK(pattern.offset(frames) == 60s);
      CHECK(pattern.timestamp(frames) == 60 * pattern.clock_rate());
    }
  }
  CHECK(traffic_from("v1500") == traffic::v1500);
  CHECK_FALSE(traffic_from("v15"));
}

TEST_CASE("an encoder sends what its pattern says, packet by packet") {
  for (const auto& x : rates) {
    CAPTURE(to_string(x.kind));
    CAPTURE(x.encoding);
    bench b{x.kind, x.encoding};
    b.encoder.start(b.now, tag);
    // Skips the first, which is an additional key frame.
    b.run(1ms);
    auto packets = b.run(60s);
    uint64_t octets = 0;
    for (const auto& p : packets)
      octets += p.wire;
    if (x.packets != 0)
      CHECK(packets.size() == x.packets);
    CHECK(octets == x.octets);
    auto sequence = packets.front().packet.sequence_number();
    for (const auto& p : packets) {
      CHECK(p.packet.sequence_number() == sequence++);
      CHECK(p.packet.ssrc() == b.encoder.ssrc());
    }
  }
}

TEST_CASE("video payloads are VP8 that an SFU can read") {
  bench b{traffic::v600};
  b.encoder.start(b.now, tag);
  auto packets = b.run(30s);
  std::optional<uint16_t> picture;
  std::optional<uint8_t> tl0;
  uint32_t counter = 0;
  size_t keyframes = 0;
  bool starts = true;
  for (const auto& p : packets) {
    auto x = rtp::parse_vp8(p.packet.payload());
    REQUIRE(x);
    CHECK(x->start_of_partition == starts);
    REQUIRE(x->picture_id);
    REQUIRE(x->tl0picidx);
    CHECK(x->temporal_id == 0);
    CHECK(x->wide_picture_id);
    if (starts && picture) {
      CHECK(*x->picture_id == ((*picture + 1) & 0x7FFF));
      CHECK(*x->tl0picidx == static_cast<uint8_t>(*tl0 + 1));
    }
    picture = x->picture_id;
    tl0 = x->tl0picidx;
    if (starts && x->keyframe) {
      ++keyframes;
      CHECK(x->width == 640);
      CHECK(x->height == 360);
    }
    auto facts = read_vp8(p.packet.payload());
    REQUIRE(facts.stamp);
    CHECK(facts.stamp->source == 1000);
    CHECK(facts.stamp->counter == counter++);
    CHECK(facts.stamp->sent == p.at);
    CHECK(facts.stamp->planned() == p.at);
    CHECK(facts.keyframe == (starts && x->keyframe));
    starts = p.packet.marker();
  }
  CHECK(keyframes == 11); // one every 3 s, and the first
  CHECK(read_vp8(packets.front().packet.payload()).keyframe);
}

TEST_CASE("audio payloads carry a timestamp after Opus' first octet") {
  bench b{traffic::audio};
  b.encoder.start(b.now, tag);
  b.encoder.set_audio_level(17);
  auto packets = b.run(1s);
  REQUIRE(packets.size() == 50);
  for (const auto& p : packets) {
    CHECK(p.wire == 130);
    auto level = rtp::read_audio_level(p.packet, b.config.extensions);
    REQUIRE(level);
    CHECK(level->level == 17);
    CHECK(level->voice);
    auto x = read_opus(p.packet.payload()).stamp;
    REQUIRE(x);
    CHECK(x->sent == p.at);
  }
  CHECK(packets[1].packet.timestamp() - packets[0].packet.timestamp() == 960);
}

TEST_CASE("MID and RID are sent until the receiver reports the SSRC") {
  bench b{traffic::sim3, 1};
  b.encoder.start(b.now, tag);
  for (const auto& p : b.run(1s)) {
    CHECK(rtp::read_mid(p.packet, b.config.extensions) == "0");
    CHECK(rtp::read_rid(p.packet, b.config.extensions) == "r1");
    CHECK(rtp::read_transport_cc(p.packet, b.config.extensions));
    CHECK(rtp::read_abs_send_time(p.packet, b.config.extensions));
  }
  b.encoder.handle_report();
  for (const auto& p : b.run(1s)) {
    CHECK_FALSE(rtp::read_mid(p.packet, b.config.extensions));
    CHECK_FALSE(rtp::read_rid(p.packet, b.config.extensions));
    CHECK(rtp::read_transport_cc(p.packet, b.config.extensions));
  }
}

TEST_CASE("a key-frame request is answered by the next frame") {
  bench b{traffic::v600};
  b.encoder.start(b.now, tag);
  b.run(1s);
  auto before = b.encoder.counts().keyframes;
  b.encoder.handle_keyframe_request(b.now);
  auto packets = b.run(34ms);
  CHECK(b.encoder.counts().keyframes == before + 1);
  CHECK(packets.size() >= 20);
  CHECK(read_vp8(packets.front().packet.payload()).keyframe);
  // A second request shortly after is ignored.
  b.encoder.handle_keyframe_request(b.now);
  b.run(34ms);
  CHECK(b.encoder.counts().keyframes == before + 1);
  CHECK(b.encoder.counts().keyframe_requests == 2);
}

TEST_CASE("NACK is answered by RTX for packets still in the history") {
  bench b{traffic::v600};
  b.encoder.start(b.now, tag);
  auto packets = b.run(5s);
  const auto& lost = packets[packets.size() - 5].packet;
  const auto& old = packets.front().packet; // nothing was sent before it
  REQUIRE(packets.size() < stream_encoder::history);
  uint8_t octets[12]{};
  net::store_u16(octets + 8, lost.sequence_number());
  auto nack = rtp::rtcp::nack::parse(
      {rtp::rtcp::packet_type::transport_feedback, 1, octets});
  REQUIRE(nack);
  b.encoder.handle_nack(*nack);
  std::vector<sent_packet> resent;
  b.drain(resent);
  REQUIRE(resent.size() == 1);
  auto rtx = resent.front().packet;
  resent.clear(); // unwrap_rtx needs the only copy
  CHECK(rtx.ssrc() == rtp::ssrc{2000});
  CHECK(rtx.payload_type() == rtp::payload_type{97});
  auto restored =
      rtp::unwrap_rtx(std::move(rtx), lost.ssrc(), lost.payload_type());
  REQUIRE(restored);
  CHECK(restored->sequence_number() == lost.sequence_number());
  CHECK(restored->timestamp() == lost.timestamp());
  auto a = restored->payload();
  auto c = lost.payload();
  CHECK(a.size() == c.size());
  CHECK(read_vp8(a).stamp == read_vp8(c).stamp);
  CHECK(rtp::parse_vp8(a)->picture_id == rtp::parse_vp8(c)->picture_id);
  net::store_u16(octets + 8, static_cast<uint16_t>(old.sequence_number() - 1));
  b.encoder.handle_nack(*rtp::rtcp::nack::parse(
      {rtp::rtcp::packet_type::transport_feedback, 1, octets}));
  b.drain(resent);
  CHECK(resent.empty());
  CHECK(b.encoder.counts().packets_nacked == 2);
  CHECK(b.encoder.counts().packets_resent == 1);
}

TEST_CASE("an encoder that is called late skips frames and reports that") {
  bench b{traffic::audio};
  b.encoder.start(b.now, tag);
  b.run(1s);
  b.now += 1s;
  auto late = b.encoder.handle_timeout(b.now);
  REQUIRE(late);
  CHECK(*late <= 200ms);
  CHECK(b.encoder.counts().frames_skipped == 40);
}

TEST_CASE("sources have different phases and start with key frames") {
  auto random = net::make_seeded_rng(5);
  std::set<net::time_point> firsts;
  for (int i = 0; i < 50; ++i) {
    // Without jitter, which would differ as well.
    media_source x{make_config(traffic::sim3), *random, {arrivals::burst}};
    net::time_point now{10s};
    x.start(now, tag);
    REQUIRE(x.encoders().size() == 3);
    firsts.insert(*x.encoders()[0]->poll_timeout());
    CHECK(*x.encoders()[0]->poll_timeout() - now < 34ms);
    for (auto& encoder : x.encoders()) {
      auto at = *encoder->poll_timeout();
      encoder->handle_timeout(at);
      CHECK(encoder->counts().keyframes == 1);
    }
    CHECK(x.find(rtp::ssrc{1001}) == x.encoders()[1].get());
    CHECK_FALSE(x.find(rtp::ssrc{2001}));
    x.set_active(false, now);
    CHECK_FALSE(x.encoders()[0]->poll_timeout());
    x.set_active(true, now + 1s);
    CHECK(*x.encoders()[0]->poll_timeout() >= now + 1s);
  }
  CHECK(firsts.size() > 45);
}

TEST_CASE("a sender report has the media time of now") {
  bench b{traffic::v600};
  CHECK_FALSE(b.encoder.report(b.now));
  b.encoder.start(b.now, tag);
  auto packets = b.run(1s);
  auto at = packets.back().at;
  auto x = b.encoder.report(at + 10ms);
  REQUIRE(x);
  CHECK(x->packet_count == packets.size());
  CHECK(x->rtp_timestamp - packets.back().packet.timestamp() == 900);
}

// -- spaced arrivals ----------------------------------------------------------

TEST_CASE("the packets of a frame are spaced by the uplink's rate, in order") {
  for (auto kind : {traffic::v600, traffic::v1500}) {
    CAPTURE(to_string(kind));
    bench b{kind, 0, arrivals::spaced};
    b.encoder.start(b.now, tag);
    auto packets = b.run(10s);
    auto sequence = packets.front().packet.sequence_number();
    CHECK(packets.front().packet.marker() == false);
    for (size_t i = 0; i < packets.size(); ++i) {
      CHECK(packets[i].packet.sequence_number() == sequence++);
      if (i == 0 || packets[i - 1].packet.marker())
        continue;
      // 1,200 octets at 6.4 Mbit/s take 1.5 ms; jitter is below 0.3 ms.
      auto apart = packets[i].at - packets[i - 1].at;
      CHECK(apart > 1200us);
      CHECK(apart < 1800us);
    }
  }
}

TEST_CASE("stamps tell the size and kind of the frame and the planned time") {
  bench b{traffic::v600, 0, arrivals::spaced};
  b.encoder.start(b.now, tag);
  std::map<uint32_t, std::vector<stamp>> frames;
  while (frames.size() < 100) {
    auto planned = *b.encoder.poll_timeout();
    REQUIRE(b.encoder.handle_timeout(planned));
    b.now = planned + 400us;
    std::vector<sent_packet> out;
    b.drain(out);
    REQUIRE(out.size() == 1);
    auto x = read_vp8(out[0].packet.payload()).stamp;
    REQUIRE(x);
    CHECK(x->planned() == planned);
    CHECK(x->late == 400us);
    frames[out[0].packet.timestamp()].push_back(*x);
  }
  frames.erase(std::prev(frames.end())); // perhaps not complete
  auto keyframes = 0;
  for (const auto& [timestamp, stamps] : frames) {
    for (const auto& x : stamps) {
      CHECK(x.frame_packets == stamps.size());
      CHECK(x.keyframe == (stamps.size() == 20));
    }
    keyframes += stamps.front().keyframe ? 1 : 0;
  }
  CHECK(keyframes >= 2);
}

TEST_CASE("spaced arrivals keep the rate of a stream") {
  for (const auto& x : rates) {
    CAPTURE(to_string(x.kind));
    CAPTURE(x.encoding);
    bench b{x.kind, x.encoding, arrivals::spaced};
    b.encoder.start(b.now, tag);
    // Skips the first, which is an additional key frame.
    b.run(33ms);
    auto packets = b.run(60s);
    uint64_t octets = 0;
    for (const auto& p : packets)
      octets += p.wire;
    if (x.packets != 0)
      CHECK(packets.size() == x.packets);
    CHECK(octets == x.octets);
    CHECK(b.encoder.counts().frames_skipped == 0);
  }
}

TEST_CASE("spaced arrivals repeat with the seed and differ between seeds") {
  auto times = [](uint64_t seed) {
    auto random = net::make_seeded_rng(seed);
    media_source x{make_config(traffic::v1500), *random};
    auto& encoder = *x.encoders().front();
    x.start(net::time_point{10s}, tag);
    std::vector<net::time_point> out;
    while (out.size() < 200) {
      auto at = *encoder.poll_timeout();
      REQUIRE(encoder.handle_timeout(at));
      while (encoder.poll_packet(at))
        out.push_back(at);
    }
    return out;
  };
  CHECK(times(1) == times(1));
  CHECK(times(1) != times(2));
}

TEST_CASE("a packet is late by the time since its own planned instant") {
  bench b{traffic::v1500, 0, arrivals::spaced};
  b.encoder.start(b.now, tag);
  auto first = *b.encoder.poll_timeout();
  CHECK(*b.encoder.handle_timeout(first) == 0ms);
  auto second = *b.encoder.poll_timeout();
  // Of two packets that are due, each counts by itself.
  auto now = second + 2ms;
  CHECK(*b.encoder.handle_timeout(now) == 2ms);
  auto third = *b.encoder.poll_timeout();
  REQUIRE(third < now);
  CHECK(*b.encoder.handle_timeout(now) == now - third);
  CHECK_FALSE(b.encoder.handle_timeout(now));
  std::vector<sent_packet> out;
  b.drain(out);
  CHECK(out.size() == 3);
}

TEST_CASE("a source that stops amid a frame sends none of its rest") {
  bench b{traffic::v1500, 0, arrivals::spaced};
  b.encoder.start(b.now, tag);
  b.run(5ms);
  b.encoder.stop();
  CHECK_FALSE(b.encoder.poll_timeout());
  CHECK_FALSE(b.encoder.poll_packet(b.now));
  b.encoder.start(b.now, tag);
  auto packets = b.run(31ms);
  REQUIRE(packets.size() == 20);
  CHECK(read_vp8(packets.front().packet.payload()).keyframe);
}
