#include "rtp/receive/receiver.hpp"
#include "rtp/send/egress.hpp"
#include "rtp/send/forwarder.hpp"
#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// The engines from one client to another, for one audio stream.
struct audio_path {
  explicit audio_path(rtp::codec codec)
      : source(incoming(codec), *random)
      , sink(outgoing(), *random) {}

  static rtp::receiver::config incoming(rtp::codec codec) {
    rtp::receiver::config x;
    x.kind = rtp::media_kind::audio;
    x.codec = codec;
    x.clock_rate = 48'000;
    x.payload = rtp::payload_type{63};
    x.encodings = {{rtp::ssrc{1111}, {}, {}}};
    x.feedback.nack = true;
    return x;
  }

  static rtp::forwarder::config outgoing() {
    rtp::forwarder::config x;
    x.kind = rtp::media_kind::audio;
    x.clock_rate = 48'000;
    x.ssrc = rtp::ssrc{5555};
    x.payload = rtp::payload_type{100};
    return x;
  }

  void feed(uint16_t sequence, uint32_t timestamp, bool marker,
            octet_vector payload, net::duration when) {
    packet_spec x;
    x.payload_type = 63;
    x.sequence = sequence;
    x.timestamp = timestamp;
    x.marker = marker;
    x.payload = std::move(payload);
    source.handle_packets(batch_of({make_packet(x, at(when))}), at(when));
    while (auto batch = source.poll_batch())
      sink.handle_batch(*batch, at(when));
    while (auto batch = sink.poll_batch())
      line.handle_batch(std::move(*batch), at(when));
    while (auto wire = line.poll_packet()) {
      octet_vector octets{wire->header.begin(), wire->header.end()};
      octets.insert(octets.end(), wire->payload.begin(), wire->payload.end());
      received.push_back(*parse_packet(octets, at(when)));
    }
    while (auto rtcp = source.poll_rtcp()) {
      rtp::rtcp::compound_reader reader{*rtcp};
      while (auto message = reader.next())
        nacks += std::holds_alternative<rtp::rtcp::nack>(*message) ? 1 : 0;
    }
  }

  std::unique_ptr<net::rng> random = net::make_seeded_rng(3);
  rtp::receiver source;
  rtp::forwarder sink;
  rtp::egress line;
  std::vector<rtp::packet> received;
  int nacks = 0;
};

octet_vector noise(net::rng& random, size_t size) {
  octet_vector out(size);
  random.fill(out);
  return out;
}

} // namespace

// RFC 2198: a redundant block of 960 units before the primary one. The server
// does not parse it.
TEST_CASE("redundant audio is forwarded octet for octet") {
  audio_path x{rtp::codec::other_audio};
  auto random = net::make_seeded_rng(5);
  std::vector<octet_vector> sent;
  for (uint32_t i = 0; i < 200; ++i) {
    auto older = noise(*random, random->below(120));
    auto newer = noise(*random, 1 + random->below(120));
    auto offset_and_size = 960u << 10 | static_cast<uint32_t>(older.size());
    octet_vector payload{0x80 | 111,
                         static_cast<uint8_t>(offset_and_size >> 16),
                         static_cast<uint8_t>(offset_and_size >> 8),
                         static_cast<uint8_t>(offset_and_size), 111};
    payload.insert(payload.end(), older.begin(), older.end());
    payload.insert(payload.end(), newer.begin(), newer.end());
    sent.push_back(payload);
    x.feed(static_cast<uint16_t>(65500 + i), UINT32_MAX - 48'000 + i * 960,
           i == 0, payload, i * 20ms);
  }
  REQUIRE(x.received.size() == sent.size());
  for (size_t i = 0; i < sent.size(); ++i) {
    auto payload = x.received[i].payload();
    CHECK(octet_vector(payload.begin(), payload.end()) == sent[i]);
    CHECK(rtp::value(x.received[i].payload_type()) == 100);
  }
  CHECK(x.nacks == 0);
}

TEST_CASE(
    "unsent silence leaves a gap in timestamps, not in sequence numbers") {
  audio_path x{rtp::codec::opus};
  struct sample {
    uint32_t timestamp;
    bool marker;
    octet_vector payload;
  };
  std::vector<sample> sent;
  auto when = 0ms;
  auto random = net::make_seeded_rng(5);
  auto send = [&](net::duration after, bool marker, octet_vector payload) {
    when += std::chrono::duration_cast<std::chrono::milliseconds>(after);
    auto timestamp =
        UINT32_MAX - 96'000 + static_cast<uint32_t>(when / 1ms) * 48;
    sent.push_back({timestamp, marker, payload});
    x.feed(static_cast<uint16_t>(65500 + sent.size()), timestamp, marker,
           std::move(payload), when);
  };
  for (int turn = 0; turn < 10; ++turn) {
    // The first packet after silence has the marker (RFC 3551, section 4.1).
    for (int i = 0; i < 25; ++i)
      send(20ms, i == 0, noise(*random, 60));
    // Only a table of contents each 400 ms; once, nothing for a minute.
    for (int i = 0; i < 5; ++i)
      send(turn == 5 && i == 4 ? 60s : 400ms, false, {0x78});
  }
  REQUIRE(x.received.size() == sent.size());
  for (size_t i = 0; i < sent.size(); ++i) {
    const auto& got = x.received[i];
    CHECK(octet_vector(got.payload().begin(), got.payload().end())
          == sent[i].payload);
    CHECK(got.marker() == sent[i].marker);
    CHECK(static_cast<uint16_t>(got.sequence_number()
                                - x.received[0].sequence_number())
          == i);
    CHECK(got.timestamp() - x.received[0].timestamp()
          == sent[i].timestamp - sent[0].timestamp);
  }
  CHECK(x.nacks == 0);
}
