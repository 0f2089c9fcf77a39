// A connection that released its records while the peer may still lack the end
// of the handshake.

#include "tests/net/dtls/dtls_test_kit.hpp"

#include <malloc.h>

#include <memory>

using namespace troupe::net;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

std::vector<octets> drain(dtls_connection& from) {
  std::vector<octets> out;
  while (auto x = from.poll_datagram())
    out.emplace_back(x->begin(), x->end());
  return out;
}

/// A server that released its records at once and whose last flight was lost,
/// and the client's flight that it repeats its own for.
struct released_server {
  released_server() {
    pair.to_client = [this](octets x) {
      return pair.server.state() == dtls_state::connected
                 ? std::vector<octets>{}
                 : std::vector<octets>{std::move(x)};
    };
    pair.start();
    pair.settle();
    REQUIRE(pair.server.state() == dtls_state::connected);
    REQUIRE(pair.client.state() == dtls_state::connecting);
    pair.server.release();
    repeat();
  }

  /// Lets the client repeat its flight, which is not delivered yet.
  void repeat() {
    pair.now = *pair.client.poll_timeout();
    pair.client.handle_timeout(pair.now);
    flight = drain(pair.client);
    REQUIRE(!flight.empty());
  }

  /// The server's response to the client's flight at a given time.
  std::vector<octets> answer(time_point at) {
    for (auto& x : flight)
      pair.server.handle_datagram(x, at);
    return drain(pair.server);
  }

  dtls_pair pair;
  std::vector<octets> flight;
};

double heap_in_use() {
  return static_cast<double>(mallinfo2().uordblks);
}

} // namespace

TEST_CASE("a released server repeats its last flight until it arrives") {
  for (int losses : {1, 2, 3, 4}) {
    CAPTURE(losses);
    released_server released;
    for (int i = 1; i < losses; ++i) {
      CHECK(!released.answer(released.pair.now).empty());
      released.repeat();
    }
    auto answer = released.answer(released.pair.now);
    REQUIRE(!answer.empty());
    for (auto& x : answer)
      released.pair.client.handle_datagram(x, released.pair.now);
    CHECK(released.pair.both(dtls_state::connected));
    require_same_keys(released.pair);
    // The close_notify was encrypted at the release; its sequence number
    // follows.
    released.pair.to_client = [](octets x) {
      return std::vector<octets>{std::move(x)};
    };
    released.pair.server.close();
    released.pair.settle();
    CHECK(released.pair.both(dtls_state::closed));
  }
}

TEST_CASE("the last flight completes a handshake in parts, twice or late") {
  released_server released;
  auto first = released.answer(released.pair.now);
  auto second = released.answer(released.pair.now + 100ms);
  CHECK(first == second);
  size_t sum = 0;
  for (auto& x : first)
    sum += x.size();
  CHECK(sum <= 2048);
  // Deliver each record alone, with ChangeCipherSpec last and repeated.
  std::vector<octets> records;
  for (auto& x : first) {
    byte_span rest{x};
    while (rest.size() > 13) {
      auto size = size_t{13} + load_u16(rest.data() + 11);
      records.emplace_back(rest.begin(),
                           rest.begin() + static_cast<ptrdiff_t>(size));
      rest = rest.subspan(size);
    }
  }
  REQUIRE(records.size() == 2);
  for (size_t i : {1, 0, 0, 1})
    released.pair.client.handle_datagram(records[i], released.pair.now);
  CHECK(released.pair.both(dtls_state::connected));
  CHECK(drain(released.pair.server).empty());
}

TEST_CASE("the last flight is repeated once per 100 ms and for 60 s") {
  released_server released;
  auto from = released.pair.now;
  CHECK(!released.answer(from).empty());
  CHECK(released.answer(from + 99ms).empty());
  CHECK(!released.answer(from + 100ms).empty());
  CHECK(!released.answer(time_point{} + 60s - 1ms).empty());
  CHECK(released.answer(time_point{} + 60s).empty());
  CHECK(released.pair.server.state() == dtls_state::connected);
}

TEST_CASE("only handshake records make the server repeat its last flight") {
  released_server released;
  auto at = released.pair.now;
  for (auto type : {20, 21, 22, 23, 24}) {
    CAPTURE(type);
    at += 1s;
    const octets record{static_cast<uint8_t>(type),
                        0xfe,
                        0xfd,
                        0,
                        1,
                        0,
                        0,
                        0,
                        0,
                        0,
                        9,
                        0,
                        1,
                        1};
    released.pair.server.handle_datagram(record, at);
    CHECK(drain(released.pair.server).empty() == (type != 20 && type != 22));
    released.pair.server.handle_datagram({record.data(), 13}, at + 500ms);
    CHECK(drain(released.pair.server).empty());
  }
}

TEST_CASE("a confirmed peer is sent no flight again") {
  released_server released;
  CHECK(!released.answer(released.pair.now).empty());
  released.pair.server.confirm_peer();
  CHECK(released.answer(released.pair.now + 1s).empty());
}

TEST_CASE(
    "a client needs no copy of its last flight: its server sends the last") {
  dtls_pair pair;
  int lost = 0;
  pair.to_client = [&](octets x) {
    if (pair.server.state() == dtls_state::connected && ++lost <= 3)
      return std::vector<octets>{};
    return std::vector<octets>{std::move(x)};
  };
  pair.start();
  pair.run();
  REQUIRE(pair.both(dtls_state::connected));
  pair.client.release();
  CHECK(!pair.client.poll_timeout());
  const octets record{22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 1, 1};
  pair.client.handle_datagram(record, pair.now);
  CHECK(!pair.client.poll_datagram());
  pair.client.close();
  pair.settle();
  CHECK(pair.both(dtls_state::closed));
}

TEST_CASE("a released connection holds at most 2 KB") {
  constexpr size_t count = 64;
  // Memory that OpenSSL and the allocator keep per process is not counted.
  std::vector<std::unique_ptr<dtls_pair>> warm(count);
  for (auto& x : warm) {
    x = std::make_unique<dtls_pair>();
    x->start();
    x->run();
  }
  warm.clear();
  for (auto role : {dtls_role::server, dtls_role::client}) {
    std::vector<std::unique_ptr<dtls_connection>> kept(count);
    std::vector<std::unique_ptr<dtls_connection>> peers(count);
    auto start = heap_in_use();
    auto connect = [&](size_t i) {
      auto other =
          role == dtls_role::server ? dtls_role::client : dtls_role::server;
      auto print = shared_context().fingerprint();
      kept[i] = std::make_unique<dtls_connection>(shared_context());
      peers[i] = std::make_unique<dtls_connection>(shared_context());
      kept[i]->start(role, {print}, time_point{});
      peers[i]->start(other, {print}, time_point{});
      for (int round = 0; round < 8; ++round) {
        for (auto& x : drain(*kept[i]))
          peers[i]->handle_datagram(x, time_point{});
        for (auto& x : drain(*peers[i]))
          kept[i]->handle_datagram(x, time_point{});
      }
      REQUIRE(kept[i]->state() == dtls_state::connected);
      REQUIRE(peers[i]->state() == dtls_state::connected);
      peers[i].reset();
    };
    for (size_t i = 0; i < count; ++i)
      connect(i);
    auto before = (heap_in_use() - start) / double(count);
    for (auto& x : kept)
      x->release();
    auto after = (heap_in_use() - start) / double(count);
    MESSAGE("octets before and after the release: ", before, ", ", after);
    CHECK(after <= 2048);
  }
}
