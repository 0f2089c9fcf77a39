// Streams that several consumers send one after the other, with real keys.

#include "actors/fan_out/fan_out.hpp"
#include "net/base/rng.hpp"
#include "tests/actors/fan_out/audio_packet.hpp"
#include "tests/support/sent_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;

namespace {

constexpr auto profile = net::srtp_profile::aead_aes_128_gcm;
constexpr auto here = transport_key{7};
constexpr uint32_t slot = 1000;

struct scene final : net::datagram_sink {
  scene() {
    net::srtp_master_key key;
    key.key.resize(net::srtp_key_length(profile));
    key.salt.resize(net::srtp_salt_length(profile));
    rng->fill(key.key);
    rng->fill(key.salt);
    client = net::make_srtp_receiver(net::fastest_srtp_backend(), profile, key);
    engine.set_srtp(
        here, net::make_srtp_sender(net::fastest_srtp_backend(), profile, key),
        now);
    engine.set_path(here, to_port(1), now);
  }

  consumer_key add(uint64_t which, uint64_t from) {
    shard_consumer x;
    x.key = consumer_key{which};
    x.on = here;
    x.from = producer_key{from};
    x.engine.kind = rtp::media_kind::audio;
    x.engine.clock_rate = 48000;
    x.engine.ssrc = rtp::ssrc{slot};
    x.engine.payload = rtp::payload_type{96};
    x.engine.continues = true;
    engine.add_consumer(x, *rng, now);
    return x.key;
  }

  // Each producer has numbers and timestamps of its own.
  void send(uint64_t from, int packets) {
    for (int i = 0; i < packets; ++i) {
      now += 1ms;
      auto batch =
          audio_packet(++sequence + static_cast<int64_t>(from) * 7777, now);
      engine.handle_media(producer_key{from}, batch, false, now);
      engine.flush(*this, now);
    }
  }

  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    for (const auto& x : batch) {
      auto packet = octets(x.data.begin(), x.data.end());
      if (packet.at(1) >= 192)
        continue;
      REQUIRE(client->unprotect_rtp(packet));
      CHECK(net::load_u32(&packet[8]) == slot);
      numbers.push_back(net::load_u16(&packet[2]));
      times.push_back(net::load_u32(&packet[4]));
    }
  }

  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(1s);
  int64_t sequence = 100'000;
  std::unique_ptr<net::srtp_receiver> client;
  std::vector<uint16_t> numbers;
  std::vector<uint32_t> times;
  fan_out engine;
};

} // namespace

TEST_CASE(
    "the next consumer of a stream continues its numbers and timestamps") {
  scene x;
  auto first = x.add(1, 3);
  x.send(3, 40'000); // the numbers wrap
  CHECK_FALSE(x.numbers.empty());
  const auto before = x.numbers.size();
  x.engine.remove_consumer(first);
  x.now += 500ms;
  auto second = x.add(2, 4);
  x.send(4, 40'000);
  REQUIRE(x.numbers.size() == before + 40'000);
  for (size_t i = 1; i < x.numbers.size(); ++i)
    REQUIRE(x.numbers[i] == static_cast<uint16_t>(x.numbers[i - 1] + 1));
  // 501 ms of 48 kHz.
  CHECK(x.times[before] - x.times[before - 1] == 48 * 501);
  // A consumer that sends nothing loses no position.
  x.engine.remove_consumer(second);
  x.engine.remove_consumer(x.add(3, 5));
  x.add(4, 6);
  x.send(6, 1);
  CHECK(x.numbers.back()
        == static_cast<uint16_t>(x.numbers[x.numbers.size() - 2] + 1));
  CHECK(x.times.back() - x.times[x.times.size() - 2] == 48);
}

TEST_CASE("the consumer that has a stream is found by its transport and SSRC") {
  scene x;
  CHECK_FALSE(x.engine.find_stream(here, rtp::ssrc{slot}));
  auto first = x.add(1, 3);
  CHECK(x.engine.find_stream(here, rtp::ssrc{slot}) == first);
  CHECK_FALSE(x.engine.find_stream(here, rtp::ssrc{slot + 1}));
  CHECK_FALSE(x.engine.find_stream(transport_key{8}, rtp::ssrc{slot}));
  x.engine.remove_consumer(first);
  CHECK_FALSE(x.engine.find_stream(here, rtp::ssrc{slot}));
}
