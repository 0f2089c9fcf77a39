#include "tests/gates/counted_wire.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::gates;

namespace {

/// Packets of RTP of these sizes, each to the receiver with that port.
struct sent {
  void add(uint16_t port, size_t size, uint8_t type = 96) {
    auto& octets = packets.emplace_back(size);
    octets[0] = 0x80;
    octets[1] = type;
    net::transport_tuple to;
    to.remote = *net::parse_address("192.0.2.1", port);
    tuples.push_back(to);
  }

  const wire_counts& send() {
    std::vector<net::outgoing_datagram> batch;
    for (size_t i = 0; i < packets.size(); ++i)
      batch.push_back({packets[i], tuples[i]});
    wire.send_batch(batch);
    return wire.counts();
  }

  std::vector<std::vector<uint8_t>> packets;
  std::vector<net::transport_tuple> tuples;
  size_t passed_on = 0;
  counted_wire wire{[this](const net::outgoing_datagram&) {
    ++passed_on;
  }};
};

} // namespace

TEST_CASE("equal packets to one receiver are one message") {
  sent x;
  for (int i = 0; i < 4; ++i)
    x.add(1, 1200);
  x.add(2, 1200);
  CHECK(x.send().messages == 2);
  CHECK(x.wire.counts().calls == 1);
  CHECK(x.wire.counts().packets == 5);
  CHECK(x.passed_on == 5);
}

TEST_CASE("a system call takes 64 messages") {
  sent x;
  for (uint16_t port = 1; port <= 65; ++port)
    x.add(port, 100);
  CHECK(x.send().messages == 65);
  CHECK(x.wire.counts().calls == 2);
}

TEST_CASE("RTCP is counted apart from packets of media") {
  sent x;
  x.add(1, 100, 201);
  x.add(1, 100, 111 | 0x80);
  CHECK(x.send().rtcp == 1);
  CHECK(x.wire.counts().packets == 1);
}
