// Streams that begin, move and end on transports with real keys.

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
constexpr auto profile = net::srtp_profile::aead_aes_128_gcm;

net::srtp_master_key make_key(net::rng& random) {
  net::srtp_master_key out;
  out.key.resize(net::srtp_key_length(profile));
  out.salt.resize(net::srtp_salt_length(profile));
  random.fill(out.key);
  random.fill(out.salt);
  return out;
}

/// A client's side of a transport, which decrypts what arrives.
struct client_end {
  std::unique_ptr<net::srtp_receiver> keys;
  bool reached = true;
  int lost = 0;
  int received = 0;
  int refused = 0;
  std::vector<uint16_t> numbers;
};

struct scene final : net::datagram_sink {
  /// Connects a transport; its number is also its client's port.
  client_end& connect(uint16_t number) {
    auto key = make_key(*rng);
    auto backend = net::fastest_srtp_backend();
    auto& end = clients[number];
    end.keys = net::make_srtp_receiver(backend, profile, key);
    engine.set_srtp(transport_key{number},
                    net::make_srtp_sender(backend, profile, key), now);
    engine.set_path(transport_key{number}, to_port(number), now);
    return end;
  }

  consumer_key add(uint64_t which, uint16_t on) {
    shard_consumer x;
    x.key = consumer_key{which};
    x.on = transport_key{on};
    x.from = producer;
    x.engine.kind = rtp::media_kind::audio;
    x.engine.ssrc = rtp::ssrc{static_cast<uint32_t>(1000 + 2 * which)};
    x.engine.rtx_ssrc = rtp::ssrc{static_cast<uint32_t>(1001 + 2 * which)};
    x.engine.payload = rtp::payload_type{96};
    engine.add_consumer(x, *rng, now);
    return x.key;
  }

  void send(int packets) {
    for (int i = 0; i < packets; ++i) {
      queue_packet();
      engine.flush(*this, now);
    }
  }

  /// Lets a packet arrive that leaves with the next flush.
  void queue_packet() {
    now += 1ms;
    engine.handle_media(producer, audio_packet(++sequence, now), false, now);
  }

  void send_batch(std::span<const net::outgoing_datagram> batch) override {
    for (const auto& x : batch) {
      auto& to = clients.at(x.tuple.remote.port());
      auto packet = octets(x.data.begin(), x.data.end());
      if (!to.reached) {
        ++to.lost;
      } else if (to.keys->unprotect_rtp(packet)) {
        ++to.received;
        to.numbers.push_back(net::load_u16(&packet[2]));
      } else {
        ++to.refused;
      }
    }
  }

  std::unique_ptr<net::rng> rng = net::make_seeded_rng(1);
  net::time_point now = at(0s);
  int64_t sequence = 100'000;
  std::map<uint16_t, client_end> clients;
  fan_out engine;
};

} // namespace

TEST_CASE("the 20,000th stream on a transport is sent like the first") {
  scene x;
  auto& client = x.connect(1);
  for (uint64_t i = 0; i < 20'000; ++i) {
    auto which = x.add(i, 1);
    x.send(1);
    REQUIRE(client.received == static_cast<int>(i) + 1);
    x.engine.remove_consumer(which);
  }
  CHECK(client.refused == 0);
  auto totals = x.engine.totals(x.now);
  CHECK(totals.drops[static_cast<size_t>(rtp::drop_reason::srtp_exhausted)]
        == 0);
}

TEST_CASE("streams beyond the number that SRTP can hold at once are counted") {
  scene x;
  x.connect(1);
  for (uint64_t i = 0; i < 16'385; ++i)
    x.add(i, 1);
  x.send(1);
  auto count = [&] {
    return x.engine.totals(x.now)
        .drops[static_cast<size_t>(rtp::drop_reason::srtp_exhausted)];
  };
  CHECK(count() == 1);
  // The count remains after the transport is removed.
  for (uint64_t i = 0; i < 16'385; ++i)
    x.engine.remove_consumer(consumer_key{i});
  x.engine.remove_transport(transport_key{1});
  CHECK(count() == 1);
}

TEST_CASE("a moved stream can be decrypted whatever is lost at first") {
  scene x;
  auto& first = x.connect(1);
  auto& second = x.connect(2);
  auto which = x.add(1, 1);
  x.send(40'000);
  CHECK(first.received == 40'000);
  // No packet arrives on the second transport until the sequence numbers of the
  // first would have wrapped.
  second.reached = false;
  x.engine.move_consumer(which, transport_key{2}, x.now);
  x.send(30'000);
  CHECK(second.lost == 30'000);
  second.reached = true;
  x.send(100);
  CHECK(second.received == 100);
  CHECK(second.refused == 0);

  // Back on the first transport, it continues the sequence there.
  auto last = first.numbers.back();
  x.engine.move_consumer(which, transport_key{1}, x.now);
  x.send(50'000);
  CHECK(first.received == 90'000);
  CHECK(first.refused == 0);
  CHECK(first.numbers[40'000] == static_cast<uint16_t>(last + 1));

  x.engine.move_consumer(which, transport_key{2}, x.now);
  x.send(100);
  CHECK(second.received == 200);
  CHECK(second.refused == 0);
}

TEST_CASE("a network path that is lost for long and restored leaves no gap") {
  scene x;
  auto& client = x.connect(1);
  x.add(1, 1);
  x.send(1000);
  x.engine.set_path(transport_key{1}, std::nullopt, x.now);
  x.send(40'000);
  x.engine.set_path(transport_key{1}, to_port(1), x.now);
  x.send(1000);
  CHECK(client.received == 2000);
  CHECK(client.refused == 0);
  CHECK(client.numbers[1000] == static_cast<uint16_t>(client.numbers[999] + 1));
}

TEST_CASE("a path that is set again while packets wait silences nothing") {
  scene x;
  // As long as nothing was sent, each setting begins at a random number. A
  // packet with an earlier number that left later could be ahead of all that
  // follow, for SRTP to refuse.
  for (uint16_t i = 1; i <= 20; ++i) {
    auto& client = x.connect(i);
    x.add(i, i);
    x.queue_packet();
    x.engine.set_path(transport_key{i}, std::nullopt, x.now);
    x.engine.set_path(transport_key{i}, to_port(i), x.now);
    x.send(100);
    CHECK(client.received >= 100);
    CHECK(client.refused == 0);
  }
}

TEST_CASE("a stream that has ended leaves nothing on its transports") {
  scene x;
  std::vector<std::shared_ptr<net::srtp_sender>> keys;
  for (uint16_t number : {1, 2}) {
    x.connect(number);
    keys.push_back(net::make_srtp_sender(net::fastest_srtp_backend(), profile,
                                         make_key(*x.rng)));
    x.clients[number].reached = false;
    x.engine.set_srtp(transport_key{number}, keys.back(), x.now);
  }
  auto which = x.add(7, 1);
  x.send(3);
  x.engine.move_consumer(which, transport_key{2}, x.now);
  x.send(3);
  CHECK(keys[0]->last_sequence(1014));
  CHECK(keys[1]->last_sequence(1014));
  x.engine.remove_consumer(which);
  CHECK_FALSE(keys[0]->last_sequence(1014));
  CHECK_FALSE(keys[1]->last_sequence(1014));
}
