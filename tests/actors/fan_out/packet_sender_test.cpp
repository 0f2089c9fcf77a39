#include "actors/fan_out/packet_sender.hpp"

#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"
#include "tests/actors/fan_out/audio_packet.hpp"
#include "tests/support/sent_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr auto producer = producer_key{3};
constexpr auto transport = transport_key{5};

/// Stores what it is to send.
class recorder final : public packet_sender {
public:
  void send_rtp(net::byte_span header, net::byte_span payload,
                net::time_point now) override {
    auto& packet = rtp.emplace_back(header.begin(), header.end());
    packet.insert(packet.end(), payload.begin(), payload.end());
    last = now;
  }

  void send_rtcp(net::mutable_byte_span compound,
                 net::time_point now) override {
    rtcp.emplace_back(compound.begin(), compound.end());
    last = now;
  }

  std::vector<octets> rtp;
  std::vector<octets> rtcp;
  net::time_point last{};
};

/// A consumer on a plain transport.
struct scene {
  scene() {
    shard_consumer x;
    x.key = consumer_key{1};
    x.on = transport;
    x.from = producer;
    x.engine.kind = rtp::media_kind::audio;
    x.engine.ssrc = rtp::ssrc{1000};
    x.engine.payload = rtp::payload_type{96};
    engine.add_consumer(x, *rng, now);
  }

  void send(int packets) {
    for (int i = 0; i < packets; ++i) {
      now += 1ms;
      engine.handle_media(producer, audio_packet(++sequence, now), false, now);
      engine.flush(shared_port, now);
    }
  }

  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  int64_t sequence = 65'530; // wraps soon
  sent_packets shared_port;
  fan_out engine;
  std::shared_ptr<recorder> sender = std::make_shared<recorder>();
};

} // namespace

TEST_CASE("a packet sender gets RTP and RTCP instead of the shared port") {
  scene at;
  at.send(3);
  CHECK(at.sender->rtp.empty());
  at.engine.set_plain(transport, at.sender, at.now);
  at.send(20);
  REQUIRE(at.sender->rtp.size() == 20);
  for (const auto& x : at.sender->rtp)
    CHECK(net::load_u32(&x.at(8)) == 1000);
  CHECK(at.sender->last == at.now);
  const octets compound{0x80, 200, 0, 1, 0, 0, 0, 7};
  at.engine.queue_rtcp(transport, compound);
  at.engine.flush(at.shared_port, at.now += 1s);
  CHECK(at.sender->rtcp == std::vector<octets>{compound});
  CHECK(at.sender->last == at.now);
  CHECK(at.shared_port.calls == 0);
}

TEST_CASE("another packet sender continues the stream of the first") {
  scene at;
  at.engine.set_plain(transport, at.sender, at.now);
  at.send(5);
  auto next = std::make_shared<recorder>();
  at.engine.set_plain(transport, next, at.now);
  at.send(5);
  REQUIRE(at.sender->rtp.size() == 5);
  REQUIRE(next->rtp.size() == 5);
  auto number = [](const octets& x) {
    return net::load_u16(&x.at(2));
  };
  CHECK(number(next->rtp.front())
        == static_cast<uint16_t>(number(at.sender->rtp.back()) + 1));
}

TEST_CASE("a removed transport lets go of its packet sender") {
  scene at;
  at.engine.set_plain(transport, at.sender, at.now);
  at.send(1);
  at.engine.remove_transport(transport);
  at.send(5);
  CHECK(at.sender->rtp.size() == 1);
  CHECK(at.sender.use_count() == 1);
}
