#include "rtp/retransmission_buffer.hpp"

#include "tests/support/media_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;

namespace {

rtp::media_packet numbered(int64_t sequence, net::duration when) {
  auto spec = packet_spec{};
  spec.sequence = static_cast<uint16_t>(sequence);
  return {make_packet(spec, at(when)), sequence};
}

} // namespace

TEST_CASE("it keeps the newest packets, over the wrap of 16 bits") {
  rtp::retransmission_buffer x{{256, 1h}};
  for (auto i = int64_t{65000}; i < 66000; ++i)
    x.insert(numbered(i, 0ms));
  CHECK(x.size() == 256);
  for (auto i = int64_t{65000}; i < 66100; ++i) {
    auto* found = x.find(i);
    CHECK((found != nullptr) == (i >= 65744 && i < 66000));
    if (found != nullptr)
      CHECK(found->packet.sequence_number() == static_cast<uint16_t>(i));
  }
}

TEST_CASE("late packets join, far too late ones do not") {
  rtp::retransmission_buffer x{{256, 1h}};
  x.insert(numbered(1000, 0ms));
  x.insert(numbered(1100, 0ms));
  x.insert(numbered(990, 0ms));
  x.insert(numbered(1050, 0ms));
  x.insert(numbered(100, 0ms));
  CHECK(x.size() == 4);
  CHECK(x.find(990) != nullptr);
  CHECK(x.find(100) == nullptr);
  CHECK(x.find(1001) == nullptr);
}

TEST_CASE("old packets are let go") {
  rtp::retransmission_buffer x{{1024, 2s}};
  for (auto i = 0; i < 500; ++i)
    x.insert(numbered(i, i * 10ms));
  CHECK(x.size() == 201);
  CHECK(x.find(298) == nullptr);
  CHECK(x.find(299) != nullptr);
}

TEST_CASE("a jump empties it") {
  rtp::retransmission_buffer x{{256, 1h}};
  x.insert(numbered(1, 0ms));
  x.insert(numbered(1'000'000'000, 0ms));
  CHECK(x.size() == 1);
  CHECK(x.find(1) == nullptr);
  CHECK(x.find(1'000'000'000) != nullptr);
}
