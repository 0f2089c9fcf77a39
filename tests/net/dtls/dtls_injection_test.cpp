// Handshakes under injected records, and on a network that refragments.

#include "net/base/rng.hpp"
#include "net/dtls/dtls_record.hpp"
#include "tests/net/dtls/dtls_test_kit.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace troupe::net;
using namespace troupe::test;

namespace {

octets first_flight(const dtls_context& context = shared_context()) {
  dtls_connection client{context};
  client.start(dtls_role::client, {context.fingerprint()}, time_point{});
  auto hello = client.poll_datagram();
  REQUIRE(hello);
  return {hello->begin(), hello->end()};
}

octets make_record(uint8_t type, uint16_t epoch, uint64_t sequence,
                   byte_span body) {
  octets record(13 + body.size());
  byte_writer out{record};
  out.u8(type);
  out.u16(0xfefd);
  out.u16(epoch);
  out.u16(uint16_t(sequence >> 32));
  out.u32(uint32_t(sequence));
  out.u16(uint16_t(body.size()));
  out.bytes(body);
  return record;
}

/// Splits the plaintext handshake messages of a sender into fragments of `size`
/// octets, each in a record and datagram of its own. Records are renumbered,
/// since more leave than arrived.
class refragmenter {
public:
  explicit refragmenter(size_t size) : size_(size) {}

  std::vector<octets> operator()(byte_span datagram) {
    std::vector<octets> result;
    while (auto record = take_dtls_record(datagram)) {
      if (record->epoch == 0 && record->type == 22)
        cut(record->body(), result);
      else if (record->epoch == 0)
        result.push_back(make_record(record->type, 0, next_++, record->body()));
      else
        result.emplace_back(record->octets.begin(), record->octets.end());
    }
    return result;
  }

private:
  void cut(byte_span body, std::vector<octets>& result) {
    while (body.size() >= 12) {
      auto offset = load_u24(&body[6]);
      auto length = load_u24(&body[9]);
      auto data = body.subspan(12, length);
      do {
        auto part = data.first(std::min(size_, data.size()));
        octets fragment(12 + part.size());
        byte_writer out{fragment};
        out.bytes(body.first(6));
        out.u24(uint32_t(offset));
        out.u24(uint32_t(part.size()));
        out.bytes(part);
        result.push_back(make_record(22, 0, next_++, fragment));
        offset += uint32_t(part.size());
        data = data.subspan(part.size());
      } while (!data.empty());
      body = body.subspan(12 + length);
    }
  }

  size_t size_;
  uint64_t next_ = 0;
};

octets random_octets(size_t size, rng& random) {
  octets result(size);
  random.fill(result);
  return result;
}

/// A datagram that an attacker might inject into a handshake.
octets noise(rng& random, const octets& foreign_hello) {
  switch (random.below(7)) {
    case 0:
      return foreign_hello;
    case 1: { // random octets after a valid DTLS header
      auto x = random_octets(1 + random.below(300), random);
      x[0] = uint8_t(20 + random.below(44));
      return x;
    }
    case 2: // a fatal alert
      return make_record(21, 0, random.below(100),
                         octets{2, uint8_t(random.below(120))});
    case 3: // a handshake message with random content
      return make_record(22, 0, random.below(100),
                         random_octets(12 + random.below(60), random));
    case 4: // a forged record under the new keys
      return make_record(uint8_t(20 + random.below(4)), 1, random.below(3),
                         random_octets(random.below(80), random));
    case 5: { // a truncated hello
      auto x = foreign_hello;
      x.resize(random.below(uint32_t(x.size())));
      return x;
    }
    default: // unencrypted application data
      return make_record(23, 0, random.below(100), random_octets(9, random));
  }
}

} // namespace

TEST_CASE("fragments of any size are accepted in order, reversed or shuffled") {
  auto random = make_seeded_rng(11);
  for (size_t size : {7, 16, 50, 100, 200, 600}) {
    for (int order = 0; order < 4; ++order) {
      CAPTURE(size);
      CAPTURE(order);
      dtls_pair pair;
      auto arrange = [&, order](std::vector<octets> x) {
        if (order == 1)
          std::reverse(x.begin(), x.end());
        if (order >= 2)
          for (size_t i = x.size(); i > 1; --i)
            std::swap(x[i - 1], x[random->below(uint32_t(i))]);
        if (order == 3)
          x.insert(x.end(), x.begin(), x.begin() + long(x.size() / 2));
        return x;
      };
      refragmenter client_cut{size};
      refragmenter server_cut{size};
      pair.to_server = [&](octets x) {
        return arrange(client_cut(x));
      };
      pair.to_client = [&](octets x) {
        return arrange(server_cut(x));
      };
      pair.start();
      pair.run();
      REQUIRE(pair.both(dtls_state::connected));
      require_same_keys(pair);
    }
  }
}

TEST_CASE("lost fragments are repeated with the next flight") {
  for (int lost = 0; lost < 12; ++lost) {
    dtls_pair pair;
    refragmenter cut{120};
    int count = 0;
    pair.to_server = [&](octets x) {
      std::vector<octets> result;
      for (auto& fragment : cut(x))
        if (count++ != lost)
          result.push_back(std::move(fragment));
      return result;
    };
    pair.start();
    pair.run();
    CAPTURE(lost);
    REQUIRE(pair.both(dtls_state::connected));
  }
}

TEST_CASE("1,000 handshakes succeed under injected hellos and noise") {
  auto random = make_seeded_rng(5);
  auto stranger = make_context();
  auto foreign = first_flight(*stranger);
  for (int i = 0; i < 1000; ++i) {
    CAPTURE(i);
    dtls_pair pair;
    bool alerted = false;
    auto noisy = [&](octets x) {
      std::vector<octets> result{std::move(x)};
      for (auto n = random->below(4); n > 0; --n)
        result.push_back(noise(*random, foreign));
      return result;
    };
    pair.to_server = noisy;
    pair.to_client = [&](octets x) {
      alerted |= x[0] == 21;
      return noisy(std::move(x));
    };
    pair.start();
    pair.run();
    REQUIRE(pair.both(dtls_state::connected));
    require_same_keys(pair);
    // Inject after the handshake, too.
    pair.server.handle_datagram(foreign, pair.now);
    pair.client.handle_datagram(foreign, pair.now);
    pair.settle();
    REQUIRE(pair.both(dtls_state::connected));
    REQUIRE(!alerted);
  }
}

TEST_CASE("noise before the first hello has no effect") {
  auto random = make_seeded_rng(6);
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    dtls_pair pair;
    pair.server.start(dtls_role::server, {pair.client_fingerprint}, pair.now);
    for (int n = 0; n < 20; ++n) {
      auto x = noise(*random, octets{22, 0xfe, 0xfd});
      pair.server.handle_datagram(x, pair.now);
    }
    CHECK(!pair.server.poll_datagram());
    pair.client.start(dtls_role::client, {pair.server_fingerprint}, pair.now);
    pair.run();
    REQUIRE(pair.both(dtls_state::connected));
  }
}

TEST_CASE("injected protected records of any size do not end the association") {
  auto random = make_seeded_rng(7);
  for (size_t size = 0; size < 80; ++size) {
    CAPTURE(size);
    dtls_pair pair;
    auto type = uint8_t(20 + size % 4);
    auto forge = [&] {
      return make_record(type, 1, random->below(3),
                         random_octets(size, *random));
    };
    pair.server.start(dtls_role::server, {pair.client_fingerprint}, pair.now);
    pair.server.handle_datagram(forge(), pair.now);
    pair.client.start(dtls_role::client, {pair.server_fingerprint}, pair.now);
    pair.run();
    REQUIRE(pair.both(dtls_state::connected));
    pair.server.handle_datagram(forge(), pair.now);
    pair.client.handle_datagram(forge(), pair.now);
    pair.settle();
    CHECK(pair.both(dtls_state::connected));
  }
}

TEST_CASE("injected records before the keys displace real ones only briefly") {
  dtls_pair pair;
  auto random = make_seeded_rng(2);
  pair.to_server = [&](octets x) {
    std::vector<octets> result;
    for (int i = 0; i < 50; ++i)
      result.push_back(make_record(22, 1, 0, random_octets(61, *random)));
    result.push_back(std::move(x));
    return result;
  };
  pair.start();
  pair.run();
  CHECK(pair.both(dtls_state::connected));
}

TEST_CASE("the filter bounds the sum of the claimed message lengths") {
  handshake_filter filter{dtls_role::client};
  size_t passed = 0;
  for (uint16_t sequence = 0; sequence < 100; ++sequence) {
    octets body(12 + 10);
    byte_writer out{body};
    out.u8(11);
    out.u24(16 * 1024);
    out.u16(sequence);
    out.u24(0);
    out.u24(10);
    auto octets_in = make_record(22, 0, sequence, body);
    byte_span datagram{octets_in};
    passed += filter.admits(*take_dtls_record(datagram)) ? 1 : 0;
  }
  CHECK(passed == 3);
}

TEST_CASE("take_dtls_record takes only whole records") {
  auto two = make_record(22, 0, 1, octets{1, 2, 3});
  auto second = make_record(23, 7, 2, octets{4});
  two.insert(two.end(), second.begin(), second.end());
  byte_span datagram{two};
  auto a = take_dtls_record(datagram);
  REQUIRE(a);
  CHECK(a->type == 22);
  CHECK(a->body().size() == 3);
  auto b = take_dtls_record(datagram);
  REQUIRE(b);
  CHECK(b->epoch == 7);
  CHECK(!take_dtls_record(datagram));
  for (size_t size = 0; size < 16; ++size) {
    datagram = byte_span{two}.first(size);
    CHECK(!take_dtls_record(datagram));
  }
}
